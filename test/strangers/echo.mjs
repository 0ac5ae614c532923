// An echo bot on Baileys with its multi-file credentials: what a Baileys program
// costs for one answered message.
//
//   node echo.mjs <ws url> <root hex> <credentials directory> [6|7]
//
// It prints {"event":"qr","qr":…} until it is linked, {"event":"open"} when it is
// connected and {"event":"cpu","answered":n,"user":µs,"system":µs} on SIGUSR2, and
// ends in order on SIGTERM.

import { open } from './session.mjs'

console.log = console.info = console.error // its Signal library prints; stdout is for events

const [url, root, dir, version = '7'] = process.argv.slice(2)
const emit = (event) => process.stdout.write(JSON.stringify(event) + '\n')
let answered = 0
let session

async function onEvent(event) {
  if (event.event !== 'message') return emit(event)
  if (event.fromMe) return
  await session.send(event.chat, event.text)
  answered++
}

process.on('SIGUSR2', () => emit({ event: 'cpu', answered, ...process.cpuUsage() }))
process.on('SIGTERM', () => {
  session?.close()
  setTimeout(() => process.exit(0), 500) // Baileys writes its files in the background
})
session = await open({ version: Number(version), url, root, dir, emit: onEvent })
