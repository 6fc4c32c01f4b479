import { describe, expect, it } from "vitest";
import { letterOf } from "./letter.ts";

const token = "ABCDE-FGHIJ";

describe("a letter", () => {
  it("has the code on a line of its own, in text and in HTML", () => {
    for (const template of ["confirmEmail", "updateEmail", "deleteAccount", "plcOperation"] as const) {
      const letter = letterOf({ to: "ann@example.com", template, fields: { token } }, "colony.example.com");
      expect(letter.text.split("\n")).toContain(token);
      expect(letter.html).toContain(`<p>${token}</p>`);
      expect(letter.text).toContain("colony.example.com");
      expect(letter.text).not.toContain("undefined");
    }
    expect(letterOf({ to: "ann@example.com", template: "resetPassword", fields: { token, handle: "ann.test" } }, "c").text).toContain("@ann.test");
  });

  it("is known by the subject and the words that the official PDS's has, which readers and their filters look for", () => {
    const ofToken = (template: "confirmEmail" | "updateEmail" | "deleteAccount" | "plcOperation") => letterOf({ to: "ann@example.com", template, fields: { token } }, "c");
    const reset = letterOf({ to: "ann@example.com", template: "resetPassword", fields: { token, handle: "ann.test" } }, "c");
    const said = [
      [ofToken("confirmEmail"), "Email Confirmation", "Confirm your email"],
      [ofToken("updateEmail"), "Email Update Requested", "Update your email"],
      [ofToken("deleteAccount"), "Account Deletion Requested", "To permanently delete your account"],
      [ofToken("plcOperation"), "PLC Update Operation Requested", "We received a request to update your PLC"],
      [reset, "Password Reset Requested", "Reset password"],
    ] as const;
    for (const [letter, subject, words] of said) {
      expect(letter.subject).toBe(subject);
      expect(letter.html).toContain(words);
      expect(letter.text).toContain(words);
    }
    expect(reset.html).toContain("@ann.test");
  });

  it("does not take what comes from outside for HTML", () => {
    const letter = letterOf({ to: '"<img>"@example.com', template: "confirmEmail", fields: { token } }, "c");
    expect(letter.html).toContain("&#34;&#60;img&#62;&#34;@example.com");
  });

  it("of the admin is sent as it is, with a text for readers that show no HTML", () => {
    const letter = letterOf({ to: "ann@example.com", template: "moderation", fields: { subject: "Hello", content: "<h1>Dear Ann</h1>all is <i>well</i>, 1 &lt; 2" } }, "c");
    expect(letter).toEqual({ to: "ann@example.com", subject: "Hello", html: "<h1>Dear Ann</h1>all is <i>well</i>, 1 &lt; 2", text: "Dear Ann\nall is well, 1 < 2" });
  });
});
