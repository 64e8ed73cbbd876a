/** What every service of ours is kept from, whatever it does: systemd.exec(5), "Sandboxing". */
export const sandbox = {
  NoNewPrivileges: true,
  PrivateTmp: true,
  PrivateDevices: true,
  ProtectHome: true,
  ProtectSystem: "strict",
  ProtectKernelTunables: true,
  ProtectControlGroups: true,
  RestrictSUIDSGID: true,
} as const;
