/** How answers came about: each of the bot's, and the silence after what it did not answer. */
export function traceOf(conversation) {
  const steps = [];
  const { messages } = conversation;
  messages.forEach((message, i) => {
    if (message.direction !== "in") return;
    const answers = [];
    for (let n = i + 1; messages[n]?.author === "flow"; n++) answers.push(messages[n].id);
    const event = (kind, sentence) => ({ kind, sentence });
    steps.push({
      at: message.at,
      input: { type: "message", id: message.id, content: message.content },
      events:
        answers.length > 0
          ? [
              event("chosen", `«${message.content.text}» → opción carta, por su número`),
              event("node_entered", "Paso carta"),
              event("ended", "Fin del flujo"),
            ]
          : [event("ignored", "Sin respuesta: ningún flujo espera esto")],
      effects: [],
      sent: answers,
    });
  });
  return steps.slice(1); // the first message is older than what is kept
}
