/** What the machine provider is made with. */
export interface MachineProviderOptions {
  /** Folder for packages that travel to machines; shared by deployments. */
  readonly cache: string;
  /** Folder for container images that travel to machines; shared by deployments. */
  readonly imageCache: string;
  /** The file that says which digest each image is locked to. */
  readonly imageLock: string;
  /** Whether a machine that nobody knows yet is trusted at its first contact, and its key pinned. */
  readonly acceptNewHostKeys: boolean;
  /** Tells this deployer's state from others', so that it can take over what an earlier run of its own left. */
  readonly holder: { readonly id: string; readonly name: string };
  /** Command words that every connection is started with, such as entering another network namespace. */
  readonly connectPrefix?: readonly string[] | undefined;
  /** Called with the bytes of every session, for measurements. */
  readonly onTraffic?: ((traffic: { readonly sent: number; readonly received: number }) => void) | undefined;
}
