import type { TFunction } from "i18next";

/** A small flow that works as it is, to begin from: a greeting, a menu, a question, a person. */
export function starter(t: TFunction): string {
  const definition = {
    format: "recado-flow/1",
    id: "inicio",
    name: t("starter.name"),
    locale: t("starter.locale"),
    start: "menu",
    vars: { nombre: { type: "text", scope: "contact", pii: true, title: t("starter.nameTitle") } },
    triggers: [{ on: "any_message", priority: 1, once_per: "5m" }],
    commands: [{ words: t("starter.personWords").split(","), do: "@human" }],
    settings: { expire: "24h", tries: 3, give_up: "@human", invalid: t("starter.invalid") },
    nodes: {
      menu: {
        type: "menu",
        say: t("starter.hello"),
        options: [
          { id: "horario", label: t("starter.hours"), next: "horario" },
          { id: "pedido", label: t("starter.order"), next: "nombre" },
          { id: "persona", label: t("starter.person"), next: "@human" },
        ],
      },
      horario: { type: "message", say: t("starter.hoursText"), next: "menu" },
      nombre: { type: "ask", say: t("starter.askName"), as: "name", save: "nombre", next: "gracias" },
      gracias: { type: "message", say: t("starter.thanks", { slot: "{{ nombre }}" }), next: "@human" },
    },
  };
  return `${JSON.stringify(definition, null, 2)}\n`;
}
