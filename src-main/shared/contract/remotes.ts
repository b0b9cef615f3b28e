import * as v from 'valibot';
import {
  endpointId,
  endpointWishSchema,
  mostKeyLength,
  type KeyPlace,
  type RemoteModels,
  type RemoteState,
} from '../remote.ts';
import type { EndpointId } from '../ids.ts';
import { nothing, text } from './fields.ts';

/** Calls about models of other programs and services. A key goes one way: what is told of it is where it is. */
export const remotesInputs = {
  'remotes.get': nothing,
  'remotes.enable': v.object({ enabled: v.boolean() }),
  /** Adds one where no id is given; with another host it loses key and consent. */
  'remotes.put': v.object({ id: v.optional(endpointId), ...endpointWishSchema.entries }),
  /** With its key. */
  'remotes.remove': v.object({ id: endpointId }),
  /** `plain`: also where the system would only hide it. */
  'remotes.setKey': v.object({ id: endpointId, key: text(mostKeyLength), plain: v.boolean() }),
  'remotes.forgetKey': v.object({ id: endpointId }),
  /** Prompts may go there. */
  'remotes.agree': v.object({ id: endpointId }),
  /** Asks an endpoint which models it has; no prompt goes there. */
  'remotes.models': v.object({ id: endpointId }),
} as const;

export interface RemoteOutputs {
  'remotes.get': RemoteState;
  'remotes.enable': null;
  'remotes.put': EndpointId;
  'remotes.remove': null;
  'remotes.setKey': KeyPlace;
  'remotes.forgetKey': null;
  'remotes.agree': null;
  'remotes.models': RemoteModels;
}
