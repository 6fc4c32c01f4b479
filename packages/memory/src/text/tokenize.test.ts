import { describe, expect, it } from "vitest";
import { fold, tokenize } from "./tokenize.ts";

describe("tokenize", () => {
  it.each([
    ["The batteries of the stations", ["battery", "station"]],
    ["It isn't the boss's bus, is it? Class 7!", ["bos", "bus", "class", "7"].with(0, "boss")],
    ["Bestückungspläne für Häuser", ["bestuckungsplane", "hauser"]],
    ["Où est la forêt de Saint-Véran ?", ["foret", "saint", "veran"]],
    ["¿Dónde está la estación?", ["estacion"]],
    ["Полярная станция", ["полярная", "станция"]],
    ["富士山の観測所", ["富士", "士山", "山の", "の観", "観測", "測所"]],
    ["台风season", ["台风", "season"]],
    ["부산 관측소의", ["부산", "관측", "측소", "소의"]],
    ["नमस्ते दुनिया", ["नमस्ते", "दुनिया"]],
    ["ﬁrmware ＡＢＣ １２", ["firmware", "abc", "12"]],
    ["Lift-off 🚀! ☎️ 👩‍🚀 ❤️", ["lift", "🚀", "☎", "👩", "🚀", "❤"]],
    ["<>&%$ — …", []],
    ["", []],
  ])("%s", (text, tokens) => {
    expect(tokenize(text)).toEqual(tokens);
  });

  it("does not care how accents are written", () => {
    expect(tokenize("Véran")).toEqual(tokenize("Véran"));
    expect(fold("ÉCOLE")).toBe("ecole");
  });

  it("cuts what nobody looks for", () => {
    expect(tokenize("x".repeat(500))).toEqual(["x".repeat(40)]);
  });

  it("takes a long text in one go", () => {
    expect(tokenize("station ".repeat(2500))).toHaveLength(2500);
  });
});
