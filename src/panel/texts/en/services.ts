/** Texts of this part. */
export const services = {};
