import type { Outcome, XrpcFault } from "@rookery/sync";
import type { AgentApi } from "../../agent-api.ts";
import type { StatusAttr } from "../../standing/standing-api.ts";
import { type Call, type Handler, invalid, isFault, json } from "../call.ts";
import { type Subject, subjectAgent, subjectOf } from "./subject.ts";

interface Input {
  subject: Record<string, unknown> & { $type?: string };
  takedown?: StatusAttr | undefined;
  deactivated?: StatusAttr | undefined;
}

/** com.atproto.admin.updateSubjectStatus: takedowns of accounts, records and blobs; deactivation of accounts. */
export const updateSubjectStatus: Handler = async (call) => {
  const { subject: given, takedown, deactivated } = call.input as Input;
  if (takedown?.applied && deactivated !== undefined && !deactivated.applied) return invalid("Cannot activate and takedown an account at the same time");
  const subject = subjectOf(given);
  if (isFault(subject)) return subject;
  if (subject === undefined) return takedown === undefined ? json({ subject: given }) : invalid(`Invalid subject (${String(given.$type).slice(0, 300)})`);
  const agent = await subjectAgent(call, subject.did);
  if (isFault(agent)) return agent;
  const done = (await takeDown(agent.stub, subject, takedown)) ?? (await changeAccount(call, agent.stub, subject, { takedown, deactivated }));
  await call.host.forget(subject.did);
  return done ?? json({ subject: given, takedown });
};

const takeDown = async (agent: AgentApi, subject: Subject, takedown: StatusAttr | undefined): Promise<XrpcFault | undefined> => {
  if (takedown === undefined) return undefined;
  if (subject.kind === "account") return faultOf(await agent.takeDown(takedown));
  if (subject.kind === "record") return faultOf(await agent.takeDownRecord({ path: subject.path, takedown }));
  return faultOf(await agent.takeDownBlob({ cid: subject.cid, takedown }));
};

/** Of an account: deactivate or activate it; with nothing to change its status is said again, as the reference does. */
const changeAccount = async ({ host }: Call, agent: AgentApi, { kind, did }: Subject, { takedown, deactivated }: Pick<Input, "takedown" | "deactivated">): Promise<XrpcFault | undefined> => {
  if (kind !== "account") return undefined;
  if (deactivated === undefined) return takedown === undefined ? faultOf(await agent.announceStanding()) : undefined;
  if (deactivated.applied) return faultOf(await agent.deactivate({}));
  return faultOf(await host.identity.assertValidDidDocument(did)) ?? faultOf(await agent.activate());
};

const faultOf = (outcome: Outcome<null>): XrpcFault | undefined => (outcome.ok ? undefined : outcome.error);
