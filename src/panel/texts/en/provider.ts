/** Texts of this part. */
export const provider = {};
