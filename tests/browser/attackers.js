// Attacks the site at the URL of the first argument, on the show of the second, until it is killed: connections that never send
// anything, live feeds, and costly pages without a pause. Each kind comes from addresses of its own, none of them the browser's.
// Prints how many of the pages were answered.
import { Agent, get } from 'node:http';
import { connect } from 'node:net';

const SILENT_CONNECTIONS = 1_100;
const FEEDS = 2_000;
const FLOODERS = 64;

const [url, show] = process.argv.slice(2);
const { port } = new URL(url);
let answered = 0;
let refused = 0;

for (let i = 0; i < SILENT_CONNECTIONS; i += 1) {
  connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' }).on('error', () => {});
}

const feeds = new Agent({ keepAlive: true, maxSockets: FEEDS });
for (let i = 0; i < FEEDS; i += 1) {
  get(`http://127.0.0.1:${port}/api${show}/live`, { agent: feeds, localAddress: '127.0.0.3' }, (feed) => feed.resume()).on('error', () => {});
}

function flood(address, agent) {
  const again = () => setImmediate(flood, address, agent);
  const request = get(`http://127.0.0.1:${port}/?q=nothing+${address}`, { agent, localAddress: address }, (page) => {
    if (page.statusCode === 200) answered += 1; else refused += 1;
    page.resume().on('close', again);
  });
  request.on('error', again);
}
for (let i = 1; i <= FLOODERS; i += 1) flood(`127.0.1.${i}`, new Agent({ keepAlive: true, maxSockets: 1 }));

process.on('SIGTERM', () => {
  console.log(`${answered} pages answered, ${refused} refused`);
  process.exit();
});
