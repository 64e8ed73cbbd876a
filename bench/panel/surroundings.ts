/** The environment that the panel's configurations are for. */
export const environment = "production";

/** Milliseconds between two things that happen in a deployment which is under way. */
export const eventInterval = 1000;

/** How many deployments are carried out at the same time while streams are measured. */
export const parallel = 50;
