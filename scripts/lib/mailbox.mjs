import { mkdirSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { Response } from "miniflare";
import { Refusal, reasonOf } from "./refusal.mjs";
import { writePrivately } from "./secrets.mjs";

/** Mails kept; the oldest go first. */
const MAX_MAILS = 1_000;

/**
 * Where a local colony's mails go. Private, as they open accounts.
 * @param {string} folder State folder.
 * @param {string | undefined} given Another folder, relative to the working directory.
 * @returns {string} Its real path.
 * @throws Refusal when it cannot be made.
 */
export const mailFolder = (folder, given) => {
  const path = given === undefined ? join(folder, "mail") : resolve(given);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return realpathSync(path);
  } catch (error) {
    throw new Refusal(`${path} cannot be the mail folder (${reasonOf(error)}). Choose another with --mail-dir DIR.`);
  }
};

/**
 * Takes mails of the Worker (packages/network/src/mail/transports.ts) and writes one file for each,
 * `<time>-<number>-<template>.json`, so that their names are in the order in which they came.
 * @param {string} folder
 * @returns {(request: import("miniflare").Request) => Promise<Response>}
 */
export const openMailbox = (folder) => {
  let number = 0;
  return async (request) => {
    /** @type {any} It comes from our own Worker. */
    const mail = await request.json();
    const sentAt = new Date().toISOString();
    number += 1;
    const name = `${sentAt.replaceAll(":", "")}-${String(number).padStart(6, "0")}-${mail.template}.json`;
    writePrivately(join(folder, name), `${JSON.stringify({ ...mail, sentAt }, null, 2)}\n`);
    const kept = readdirSync(folder).filter((one) => one.endsWith(".json")).sort();
    for (const old of kept.slice(0, Math.max(0, kept.length - MAX_MAILS))) rmSync(join(folder, old), { force: true });
    return new Response(null, { status: 204 });
  };
};
