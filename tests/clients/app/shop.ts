// What the app knows of the shop: the types in schema.d.ts, which are made from /api/schema/, and nothing else.
import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./schema.js";

const url = process.env["SHOP_URL"];
if (!url) throw new Error("SHOP_URL says where the shop is");
export const shopUrl = url;

export type Api = Client<paths>;
export type Address = components["schemas"]["AddressShapeRequest"];
type Problem = components["schemas"]["Problem"];
type Answer = { error?: Problem; response: Response };

/** A guest's client, or with an access token that of a customer. */
export const connect = (token?: string): Api =>
  createClient<paths>({ baseUrl: shopUrl, ...(token ? { headers: { Authorization: `Bearer ${token}` } } : {}) });

/** Raises what the shop said if it said no. */
export function done(answer: Answer): void {
  if (!answer.response.ok) {
    throw new Error(`${answer.response.status} ${answer.response.url}: ${JSON.stringify(answer.error)}`);
  }
}

/** The answer's data. */
export function got<T>(answer: Answer & { data?: T }): T {
  done(answer);
  if (answer.data === undefined) throw new Error(`nothing in the answer of ${answer.response.url}`);
  return answer.data;
}

export const once = () => crypto.randomUUID();

/** What `look` finds, as soon as it finds something. */
export async function soon<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (const patience = Date.now() + 150_000; Date.now() < patience; ) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
  throw new Error(`never came: ${what}`);
}
