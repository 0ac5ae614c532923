// A Baileys client that a Go test drives: commands as JSON lines on stdin,
// events as JSON lines on stdout. It ends in order on SIGTERM.
//
//   node client.mjs <6|7> <ws url> <root hex> <credentials directory>

import { createInterface } from 'node:readline'
import { open } from './session.mjs'

console.log = console.info = console.error // its Signal library prints; stdout is for events

const [version, url, root, dir] = process.argv.slice(2)
const emit = (event) => process.stdout.write(JSON.stringify(event) + '\n')
process.on('unhandledRejection', (error) => emit({ event: 'crash', error: String(error?.stack ?? error) }))
process.on('uncaughtException', (error) => emit({ event: 'crash', error: String(error?.stack ?? error) }))

let session
process.on('SIGTERM', () => {
  session?.close()
  setTimeout(() => process.exit(0), 500) // Baileys writes its files in the background
})

session = await open({ version: Number(version), url, root, dir, emit })

for await (const line of createInterface({ input: process.stdin })) {
  const { cmd, ...args } = JSON.parse(line)
  try {
    switch (cmd) {
      case 'pair':
        emit({ event: 'code', code: await session.pair(args.number) })
        break
      case 'send':
        emit({ event: 'sent', id: await session.send(args.to, args.text) })
        break
      case 'logout':
        await session.logout()
        break
    }
  } catch (error) {
    emit({ event: 'crash', error: `${cmd}: ${error?.stack ?? error}` })
  }
}
