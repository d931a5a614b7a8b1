// An app in as few lines as it takes: a guest and a customer each buy something and follow it until it has arrived.
import { done, connect, got, once, shopUrl, soon, type Address, type Api } from "./shop.js";

const ADDRESS: Address = {
  first_name: "Ada", last_name: "Lovelace", line1: "123 Main St", city: "New York", province: "New York",
  postcode: "10001", country: "US", phone: "+1 212 555 0123",
};

type Placed = { number: string; token: string; seen: unknown };
type News = { results: { type: string; order: string }[]; next_cursor: string };

async function order(api: Api, email: string, address: Address): Promise<Placed> {
  const found = got(await api.GET("/api/v1/products/", { params: { query: { q: "towel", in_stock: "true" } } }));
  const card = found.results[0];
  if (!card) throw new Error("the shop has no towels");
  const product = got(await api.GET("/api/v1/products/{slug}/", { params: { path: { slug: card.slug } } }));
  const variant = product.variants.find((choice) => choice.stock_level !== "out");
  if (!variant) throw new Error("sold out");

  const basket = got(await api.POST("/api/v1/buy-now/", { body: { sku: variant.sku, quantity: 1 } }));
  const header = { "Basket-Token": basket.token };
  const { country, province = "", postcode = "" } = address;
  const quote = got(
    await api.POST("/api/v1/basket/quote/", { params: { header }, body: { country, province, postcode } }),
  );
  const key = once();
  const place = () =>
    api.POST("/api/v1/basket/order/", {
      params: { header: { ...header, "Idempotency-Key": key } },
      body: { email, address, seen_total: quote.totals.total, stamp: quote.stamp, accepts_terms: true },
    });
  const placed = got(await place());
  // The answer was lost on the way: asked again, it is the same one.
  const again = got(await place());
  if (again.number !== placed.number || again.token !== placed.token) throw new Error("ordered twice");
  return { ...placed, seen: quote.totals.total };
}

async function pay(api: Api, number: string, header: { "Order-Token"?: string }): Promise<void> {
  const payment = got(
    await api.POST("/api/v1/orders/{number}/payments/", {
      params: { path: { number }, header: { ...header, "Idempotency-Key": once() } },
      body: { method: "sandbox" },
    }),
  );
  if (!payment.pay_url) throw new Error("there is nowhere to pay");
  // What the customer does in the browser that the app opens: approves the test payment.
  const page = await fetch(payment.pay_url);
  const cookies = page.headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; ");
  const token = /name="csrfmiddlewaretoken" value="([^"]+)"/.exec(await page.text())?.[1];
  if (!token) throw new Error("the payment page has no form");
  const body = new URLSearchParams({ csrfmiddlewaretoken: token, action: "approve" });
  const headers = { Cookie: cookies, Referer: payment.pay_url };
  const sent = await fetch(payment.pay_url, { method: "POST", body, headers, redirect: "manual" });
  if (sent.status >= 400) throw new Error(`the payment page answers ${sent.status}`);
}

/** The events of the order until it is delivered, by asking `news` for what comes after a cursor. */
async function follow(number: string, news: (cursor: string) => Promise<News>): Promise<string[]> {
  const events: string[] = [];
  let cursor = "";
  return soon(`delivery of ${number}`, async () => {
    const fresh = await news(cursor);
    cursor = fresh.next_cursor;
    events.push(...fresh.results.filter((event) => event.order === number).map((event) => event.type));
    return events.includes("order.delivered") ? events : undefined;
  });
}

async function arrived(api: Api, placed: Placed, header: { "Order-Token"?: string }, events: string[]) {
  const order = got(
    await api.GET("/api/v1/orders/{number}/", { params: { path: { number: placed.number }, header } }),
  );
  const parcels = order.parcels.map((parcel) => ({ state: parcel.state, contents: parcel.contents.length }));
  return { number: order.number, status: order.status, total: order.totals.total, seen: placed.seen, parcels, events };
}

async function guest() {
  const api = connect();
  const placed = await order(api, "ada@example.com", ADDRESS);
  const header = { "Order-Token": placed.token };
  await pay(api, placed.number, header);
  const path = { number: placed.number };
  const events = await follow(placed.number, async (cursor) =>
    got(await api.GET("/api/v1/orders/{number}/events/", { params: { path, header, query: { cursor } } })),
  );
  return arrived(api, placed, header, events);
}

/** The key in the mail that asks to confirm an address: the app opens the link that its customer taps. */
async function confirmationKey(email: string): Promise<string> {
  return soon(`mail to ${email}`, async () => {
    const list = await (await fetch(`${shopUrl}/dev/mail/`)).text();
    const entry = list.split("<li>").find((item) => item.includes(email));
    const address = entry && /href="(\?mail=[^"]+)"/.exec(entry)?.[1];
    if (!address) return undefined;
    const mail = await (await fetch(`${shopUrl}/dev/mail/${address}`)).text();
    return /\/account\/confirm-email\/([A-Za-z0-9_:-]+)\//.exec(mail)?.[1];
  });
}

async function customer() {
  const entrance = connect();
  const email = `grace-${once().slice(0, 8)}@example.com`;
  const password = "a long sentence that nobody guesses";
  done(await entrance.POST("/api/v1/auth/register/", { body: { email, password } }));
  const key = await confirmationKey(email);
  done(await entrance.POST("/api/v1/auth/confirm-email/", { body: { key, password } }));
  const first = got(await entrance.POST("/api/v1/auth/login/", { body: { email, password, device_name: "app" } }));
  const { refresh_token } = first;
  const tokens = got(await entrance.POST("/api/v1/auth/refresh/", { body: { refresh_token } }));
  const api = connect(tokens.access_token);

  done(await api.POST("/api/v1/account/addresses/", { body: { address: ADDRESS, is_default: true } }));
  const saved = got(await api.GET("/api/v1/account/addresses/")).results.find((entry) => entry.is_default);
  if (!saved) throw new Error("the address was not kept");
  const placed = await order(api, email, saved.address);
  // The account opens its orders: the order's own token is not needed.
  await pay(api, placed.number, {});
  const events = await follow(placed.number, async (cursor) =>
    got(await api.GET("/api/v1/account/events/", { params: { query: { cursor } } })),
  );
  const mine = got(await api.GET("/api/v1/account/orders/")).results.map((row) => row.number);
  return { ...(await arrived(api, placed, {}, events)), mine };
}

const [asGuest, asCustomer] = await Promise.all([guest(), customer()]);
console.log(JSON.stringify({ guest: asGuest, customer: asCustomer }));
