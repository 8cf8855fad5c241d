// Bolt acknowledges an event before any of its middleware runs (`App.processEvent`), so whatever fails afterwards is
// lost: Slack has its answer and never asks again. This app answers when everything has been done, on either transport.
import { App, type AppOptions, type ReceiverEvent } from '@slack/bolt';

/** An App whose acknowledgement leaves only after every listener resolved; when one throws, none leaves. */
export class AckLast extends App {
  constructor(options: AppOptions) {
    super(options);
    // Bolt would log the error and rethrow it; whoever hands over the event logs it once.
    this.error(async (error) => {
      throw error;
    });
  }

  /** Rejects when a listener did; the receiver then leaves the platform without an answer, and it delivers again. */
  override async processEvent(event: ReceiverEvent): Promise<void> {
    let answer: { readonly body: unknown } | undefined;
    await super.processEvent({
      ...event,
      async ack(body?: unknown) {
        answer ??= { body };
      },
    });
    if (answer) await event.ack(answer.body);
  }
}
