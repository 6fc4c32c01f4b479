import { type Handler, json } from "../call.ts";

/** com.atproto.temp.checkSignupQueue: nobody waits in line here. */
export const checkSignupQueue: Handler = () => json({ activated: true });
