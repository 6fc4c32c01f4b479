/** What the Worker's modules want of workerd when they load, for tests in Node that read its tables. Nothing of it runs there. */
export class DurableObject {
  ctx: unknown;
  env: unknown;
}
