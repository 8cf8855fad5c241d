// LangChain sends every prompt to a tracing service when the environment says so, and the environment may say so for some
// other program's sake. A mission's log goes to the model that the operator named, and to nobody else.
import { BaseCallbackHandler } from '@langchain/core/callbacks/base';

/** The library adds its tracer only where none of that name stands already. This one has the name and hears nothing. */
class Untraced extends BaseCallbackHandler {
  override readonly name = 'langchain_tracer';
  override ignoreLLM = true;
  override ignoreChain = true;
  override ignoreAgent = true;
  override ignoreRetriever = true;
  override ignoreCustomEvent = true;

  /** Asked of a tracer for the run it would continue. */
  getRunTreeWithTracingConfig(): undefined {
    return undefined;
  }

  override copy(): BaseCallbackHandler {
    return this;
  }
}

/** Given with every call of a graph or a model. */
export const untraced: BaseCallbackHandler[] = [new Untraced()];
