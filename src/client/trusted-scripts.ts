/** The part of Trusted Types that is used; not every browser has them. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): {
    createScriptURL(url: string): string;
  };
}

const fromHere = (url: string): string => {
  const { origin, href } = new URL(url, location.href);
  if (origin !== location.origin) throw new TypeError(`${url} is not a script of this site.`);
  return href;
};

/** Name of the policy; the content security policy of the built pages allows no other. */
export const TRUSTED_POLICY = 'kindling';

const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypes };
const policy = trustedTypes?.createPolicy(TRUSTED_POLICY, { createScriptURL: fromHere });

/**
 * Turns the address of one of the site's own scripts into one that the page's content security policy accepts for a
 * worker. Typed as the text that it stands for, as the platform's own types know no other.
 * @throws {TypeError} for a script of another site.
 */
export const trustedScript = (url: string): string => policy?.createScriptURL(url) ?? fromHere(url);
