import type { Catalogue } from "../catalogue.ts";
import type { shell as original } from "../en/shell.ts";

/** Was auf jeder Seite steht. */
export const shell: Catalogue<typeof original> = {
  product: "FediPanel",
  skip: "Zum Inhalt",
  navigation: "Hauptnavigation",
  services: "Meine Dienste",
  add: "Anwendung hinzufügen",
  members: "Mitglieder",
  activity: "Aktivität",
  tokens: "API-Schlüssel",
  provider: "Hostinganbieter",
  profile: "Profil",
  signOut: "Abmelden",
  operator: "Betreiber",
  change: "Ändern",
  back: "Zurück",
  save: "Speichern",
  cancel: "Abbrechen",
  copy: "Kopieren",
  copied: "Kopiert",
  optional: "freiwillig",
  yes: "Ja",
  no: "Nein",
  never: "nie",
  problem: "Es gibt ein Problem",
  details: "Einzelheiten",
  notFound: {
    title: "Hier ist nichts",
    text: "Diese Seite gibt es nicht, oder sie ist nicht für Sie bestimmt.",
    next: "Zu meinen Diensten",
  },
  denied: {
    title: "Nicht erlaubt",
    text: "Ihre Rolle schließt das nicht ein. Fragen Sie einen Inhaber dieses Betreibers oder Ihren Hostinganbieter.",
  },
  stale: {
    title: "Dieses Formular ist zu alt",
    text: "Es stammt aus einer anderen Sitzung oder von einer anderen Website. Es wurde nichts geändert. Gehen Sie zurück, laden Sie die Seite neu und senden Sie sie noch einmal.",
  },
  tooMany: {
    title: "Zu viele Versuche",
    text: "Warten Sie ein paar Minuten und versuchen Sie es dann noch einmal.",
  },
  broken: {
    title: "Etwas ist schiefgegangen",
    text: "Das ist ein Fehler in FediPanel. Es ging nichts verloren; was Sie taten, lässt sich wiederholen. Nennen Sie Ihrem Hostinganbieter diese Nummer:",
  },
};
