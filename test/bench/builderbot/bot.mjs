// The menu of ../steps as a builderbot, with its own test provider and a store
// that finds a customer's last message in constant time (its MemoryDB walks
// through everything that was ever said). Customers talk as ../conversation.json
// says, each writes as soon as the one before is answered; every answer is
// compared. Prints {answers, cpuSeconds, wallSeconds} as JSON.
import { readFileSync } from 'node:fs'
import bb from '@builderbot/bot'

const { createBot, createFlow, createProvider, addKeyword, EVENTS, TestTool } = bb
const [, , file, customers, seconds] = process.argv
const conversation = JSON.parse(readFileSync(file, 'utf8'))

const menuText = '¿Qué se te antoja?\n1. Hacer pedido\n2. Ver la carta\n3. ¿Dónde va mi pedido?\n4. Hablar con alguien'
const texts = []
for (let i = 0; i < 15; i++) {
  texts.push(addKeyword(EVENTS.ACTION).addAnswer(`Texto número ${i}.`, null, async (_, { gotoFlow }) => gotoFlow(menu)))
}
const order = addKeyword(EVENTS.ACTION)
  .addAnswer('¿A nombre de quién?', { capture: true }, async (ctx, { state }) => {
    await state.update({ client: ctx.body.trim() })
  })
  .addAnswer('¿Cuántos?', { capture: true }, async (ctx, { state, flowDynamic, fallBack, gotoFlow }) => {
    if (!/^\d+$/.test(ctx.body.trim())) return fallBack()
    await state.update({ count: Number(ctx.body) })
    await flowDynamic(`¡Gracias, ${state.get('client')}!`, { continue: false })
    return gotoFlow(menu)
  })
const menu = addKeyword('menu').addAnswer(menuText, { capture: true }, async (ctx, { gotoFlow, fallBack }) => {
  switch (ctx.body.trim()) {
    case '1': return gotoFlow(order)
    case '2': return gotoFlow(texts[0])
    case '3': return gotoFlow(texts[1])
  }
  return fallBack()
})
const welcome = addKeyword(EVENTS.WELCOME).addAnswer('Hola 👋', null, async (_, { gotoFlow }) => gotoFlow(menu))

class Store {
  last = new Map()
  async getPrevByNumber(from) { return this.last.get(from) }
  async save(ctx) { if (ctx.keyword) this.last.set(ctx.from, ctx) }
}

const waiting = new Map() // customer → { want: texts, done }
class Provider extends TestTool.TestProvider {
  async sendMessage(to, text) {
    const w = waiting.get(to)
    if (!w || text !== w.want[w.n]) throw new Error(`to ${to}: ${text}, not ${w?.want[w.n]}`)
    if (++w.n === w.want.length) w.done()
    return { to, text }
  }
}

const flow = createFlow([welcome, menu, order, ...texts])
const bot = await createBot({ flow, provider: createProvider(Provider), database: new Store() })
process.on('unhandledRejection', (error) => {
  console.error(error)
  process.exit(1)
})

let answers = 0
async function customer(name, until) {
  for (let turn = 0; ; turn++) {
    for (const { say, hear } of turn === 0 ? conversation : conversation.slice(1)) {
      if (performance.now() > until) return
      const want = hear.map((t) => (t === '@menu' ? menuText : t))
      const answered = new Promise((done) => waiting.set(name, { want, n: 0, done }))
      await bot.handleMsg({ from: name, name, body: say }) // its listener of the provider's messages; ends when the flow rests
      await answered
      answers++
    }
  }
}

async function load(round, ms) {
  answers = 0
  const cpu = process.cpuUsage()
  const begin = performance.now()
  await Promise.all(Array.from({ length: Number(customers) }, (_, i) => customer(`${round}${1000 + i}`, begin + ms)))
  const used = process.cpuUsage(cpu)
  return { answers, cpuSeconds: (used.user + used.system) / 1e6, wallSeconds: (performance.now() - begin) / 1000 }
}

await load(1, 1000) // the compiler warms up
console.log(JSON.stringify(await load(2, Number(seconds) * 1000)))
process.exit(0)
