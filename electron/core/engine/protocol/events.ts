import { z } from 'zod'
import { jsonObjectSchema } from '../../../../shared/json.ts'

const eventSchema = z.object({
  id: z.string().min(1).nullish(),
  name: z.string().min(1),
  data: jsonObjectSchema.nullish(),
  ts: z.number().nullish(),
})

/** `POST /e/{key}`: one event or many. Protocol part 9. */
export const eventsBodySchema = z.union([z.array(eventSchema), eventSchema.transform((event) => [event])])

/** `POST /v1/signals`. */
export const signalBodySchema = z.object({ signal: z.string().min(1), data: z.json().optional() })

/** Header `x-inngest-event-id-seed`: what makes a resent batch the same events. */
export const eventSeedSchema = z.string().regex(/^\d+,[A-Za-z0-9+/=]+$/)
