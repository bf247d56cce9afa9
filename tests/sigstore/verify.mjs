// SPDX-License-Identifier: Apache-2.0
// Verifies a bundle by a key with the Sigstore project's own library for Node.js:
//
//     node verify.mjs BUNDLE KEY.pub
//
// Exit status 0: it holds.
import crypto from 'node:crypto';
import fs from 'node:fs';
import { bundleFromJSON } from '@sigstore/bundle';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';

const [bundle, pem] = process.argv.slice(2).map((path) => fs.readFileSync(path, 'utf8'));
const nobody = {
	mediaType: '', tlogs: [], ctlogs: [], certificateAuthorities: [], timestampAuthorities: [],
};
const key = { publicKey: crypto.createPublicKey(pem), validFor: () => true };
const verifier = new Verifier(toTrustMaterial(nobody, () => key),
	{ tlogThreshold: 0, ctlogThreshold: 0, tsaThreshold: 0 });
verifier.verify(toSignedEntity(bundleFromJSON(JSON.parse(bundle))));
