/**
 * The way to addresses that strangers chose (Env.OUTSIDE): workerd looks at what a name resolves to when it connects, and refuses
 * what is not of the public internet. A colony of this machine's own may have neighbours here.
 * @param {boolean} isLoopback Whether the colony's origin is on loopback.
 */
export const outside = (isLoopback) => ({ network: { allow: isLoopback ? ["public", "private"] : ["public"], tlsOptions: { trustBrowserCas: true } } });
