// A page that draws a token. Any bundler takes it as it is.
import { createSampler } from "@tokenmill/core";

const sampler = await createSampler({ vocabSize: 6 });
const { tokenId } = sampler.sample([1, 2, 3, 4, 5, 6], { temperature: 0.7, topP: 0.9 }, { seed: 1 });
document.body.textContent = `token ${tokenId}`;
