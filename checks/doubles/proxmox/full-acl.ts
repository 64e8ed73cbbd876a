/** Everything that the documentation's role gives, for both versions. */
export const fullAcl: Readonly<Record<string, readonly string[]>> = {
  "/": [],
  "/vms": [
    ...["VM.Allocate", "VM.Audit", "VM.Clone", "VM.PowerMgmt", "VM.Monitor"],
    ...["CPU", "Memory", "Disk", "Network", "Options", "Cloudinit"].map((what) => `VM.Config.${what}`),
    ...["VM.GuestAgent.Audit", "VM.GuestAgent.FileRead"],
  ],
  "/storage/tank": ["Datastore.AllocateSpace", "Datastore.Audit"],
  "/sdn/zones/localnetwork/vmbr0": ["SDN.Use"],
  "/nodes": ["Sys.Audit"],
};
