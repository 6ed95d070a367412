/** The repository's root folder. */
export const rootUrl = new URL("../../", import.meta.url);
