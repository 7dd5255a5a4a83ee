// A page with nothing but a sampler, to be measured.
import { createSampler } from "@tokenmill/core";

const sampler = await createSampler({ vocabSize: 6 });
document.body.textContent = sampler.sample([1, 2, 3, 4, 5, 6], { temperature: 0.7 }, { seed: 1 }).tokenId;
