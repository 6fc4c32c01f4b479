/** Text fixtures, by Vite's `?raw` import. */
declare module "*?raw" {
  const text: string;
  export default text;
}
