// One Baileys client on a simulator, of either major version.
//
// open() connects with the credentials in a directory, reconnects where a Baileys
// program is expected to, and reports events through emit(event).

import pino from 'pino'

const load = { 6: () => import('baileys6'), 7: () => import('baileys7') }

/**
 * @param {object} o
 * @param {6|7} o.version major version of Baileys
 * @param {string} o.url ws://…/ws/chat of the simulator
 * @param {string} o.root hex of its certificate root
 * @param {string} o.dir where the credentials are kept
 * @param {(event: object) => void} o.emit
 */
export async function open({ version, url, root, dir, emit }) {
  const B = await load[version]()
  if (B.WA_CERT_DETAILS) B.WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(root, 'hex')
  const makeSocket = B.makeWASocket ?? B.default
  const logger = pino({ level: process.env.BAILEYS_LOG ?? 'silent' }, pino.destination(2))
  const { state, saveCreds } = await B.useMultiFileAuthState(dir)
  const sent = new Map() // for phones that ask for a message again
  let sock
  let ended = false

  function connect() {
    sock = makeSocket({
      waWebSocketUrl: url,
      auth: state,
      logger,
      printQRInTerminal: false,
      markOnlineOnConnect: false,
      browser: ['Linux', 'Chrome', '1.0'],
      getMessage: async ({ id }) => sent.get(id)
    })
    sock.ev.on('creds.update', saveCreds)
    sock.ev.on('connection.update', (u) => {
      if (u.qr) emit({ event: 'qr', qr: u.qr })
      if (u.connection === 'open') emit({ event: 'open', jid: sock.user?.id })
      if (u.receivedPendingNotifications) emit({ event: 'drained' })
      if (u.connection !== 'close') return
      const status = u.lastDisconnect?.error?.output?.statusCode
      emit({ event: 'close', status })
      const again = [B.DisconnectReason.restartRequired, B.DisconnectReason.connectionClosed, B.DisconnectReason.connectionLost]
      if (!ended && again.includes(status)) connect()
    })
    sock.ev.on('messages.upsert', ({ messages }) => {
      for (const m of messages) {
        const text = m.message?.conversation ?? m.message?.extendedTextMessage?.text
        if (text === undefined) continue
        emit({ event: 'message', id: m.key.id, chat: m.key.remoteJid, fromMe: !!m.key.fromMe, text })
      }
    })
    sock.ev.on('messages.update', (updates) => {
      for (const { key, update } of updates) {
        if (update.status !== undefined) emit({ event: 'status', id: key.id, status: update.status })
      }
    })
  }

  connect()
  return {
    send: async (to, text) => {
      const { key, message } = await sock.sendMessage(to, { text })
      sent.set(key.id, message)
      if (sent.size > 1000) sent.delete(sent.keys().next().value)
      return key.id
    },
    pair: (number) => sock.requestPairingCode(number),
    logout: () => sock.logout(),
    close: () => {
      ended = true
      sock.end(undefined)
    }
  }
}
