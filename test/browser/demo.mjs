// Walks the demo in a real browser: sign in, activate, scan, write, be
// answered. Usage: node demo.mjs <url> <folder for screenshots> <width> <height>
import { createRequire } from 'node:module'

const require = createRequire(new URL('../../web/package.json', import.meta.url))
const { chromium } = require('@playwright/test')

const [url, folder, width, height] = process.argv.slice(2)
const browser = await chromium.launch({
  executablePath: process.env.RECADO_CHROMIUM || '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
})
const context = await browser.newContext({ viewport: { width: Number(width), height: Number(height) }, locale: 'es-MX' })
context.setDefaultTimeout(20_000)
const errors = []
let shots = 0
const watch = (page) => {
  page.on('pageerror', (e) => errors.push(String(e)))
  page.on('console', (m) => m.type() === 'error' && !/401|404/.test(m.text()) && errors.push(m.text()))
  return page
}
const shoot = (page, name) => page.screenshot({ path: `${folder}/${width}-${++shots}-${name}.png`, fullPage: true })

try {
  const panel = watch(await context.newPage())
  await panel.goto(url)
  await panel.getByRole('button', { name: 'Entrar a la demo' }).waitFor()
  await shoot(panel, 'sign-in')
  await panel.getByRole('button', { name: 'Entrar a la demo' }).click()
  await panel.getByRole('button', { name: 'Activar WhatsApp' }).waitFor()
  await shoot(panel, 'home')
  await panel.getByRole('button', { name: 'Activar WhatsApp' }).click()
  await shoot(panel, 'type')
  await panel.getByRole('button', { name: 'Continuar' }).click()
  await panel.getByRole('img', { name: /QR/ }).waitFor()
  await shoot(panel, 'qr')

  const phones = watch(await context.newPage())
  await phones.goto(`${url}/demo`)
  await phones.getByRole('button', { name: /Escanear/ }).click()
  await phones.getByText(/Dispositivo vinculado|vinculad/i).first().waitFor()
  await panel.getByText(/Conectado/i).first().waitFor()
  await shoot(panel, 'connected')

  await phones.getByRole('textbox').fill('hola')
  await phones.keyboard.press('Enter')
  await phones.getByText(/Tacos Lupita/).last().waitFor()
  await phones.getByText(/Hacer un pedido/).first().waitFor()
  await phones.getByRole('textbox').fill('2')
  await phones.keyboard.press('Enter')
  await phones.getByText(/pastor/i).first().waitFor()
  await shoot(phones, 'phones')
  await panel.bringToFront()
  await panel.reload() // the session outlives a reload
  await panel.getByText(/Conectado/i).first().waitFor()
  if (errors.length) throw new Error(`the pages complained:\n${errors.join('\n')}`)
} catch (e) {
  console.error(String(e))
  for (const [i, page] of context.pages().entries()) await shoot(page, `failed-${i}`)
  process.exitCode = 1
} finally {
  await browser.close()
}
