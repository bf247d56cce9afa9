// SPDX-License-Identifier: Apache-2.0
// Signs with the Sigstore project's own library for Node.js, against its CA, logs and time-stamp
// authority in miniature, and writes what plimsoll is to verify:
//
//     node peer.mjs FOLDER
//
// FOLDER/trusted_root.json, artifact, and for each case CASE.json (a bundle); cases.json says which of
// them hold. Nothing leaves the process: the services are stubs of its HTTP client.
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import {
	fulcioHandler, initializeCA, initializeCTLog, initializeTLog, initializeTSA, rekorHandler, tsaHandler,
} from '@sigstore/mock';
import { bundleToJSON } from '@sigstore/bundle';
import {
	DSSEBundleBuilder, FulcioSigner, MessageSignatureBundleBuilder, RekorWitness, TSAWitness,
} from '@sigstore/sign';
import nock from 'nock';

const FULCIO = 'https://fulcio.example.com';
const REKOR = 'https://rekor.example.com';
const TSA = 'https://tsa.example.com';
const IDENTITY = 'https://forge.example.com/acme/app/.ci/release.yml@refs/tags/v1';
const ISSUER = 'https://token.example.com';
const ARTIFACT = Buffer.from('what is signed\n');
const MINUTE = 1000 * 60;

const keys = () => crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });

// A CA with its log of certificates, a log and an authority, of their own keys.
async function makeWorld() {
	const ctLog = await initializeCTLog(keys());
	const caKeys = keys();
	const anHourAgo = new Date(Date.now() - 60 * MINUTE);
	return {
		ctLog,
		ca: await initializeCA(caKeys, ctLog),
		caOfThePast: await initializeCA(caKeys, ctLog, anHourAgo),
		log: await initializeTLog(REKOR, keys()),
		tsa: await initializeTSA(keys()),
	};
}

function serve(base, handler) {
	nock(base).post(handler.path).reply(async (_, body) => {
		const text = typeof body === 'string' ? body : JSON.stringify(body);
		const { statusCode, response, contentType } = await handler.fn(text);
		return [statusCode, response, { 'Content-Type': contentType || 'text/plain' }];
	});
}

// The CA decodes the token and believes it: it needs no signature.
function token() {
	const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
	const now = Math.floor(Date.now() / 1000);
	const claims = { iss: ISSUER, sub: IDENTITY, aud: 'sigstore', iat: now, exp: now + 600 };
	return [part({ alg: 'RS256', typ: 'JWT' }), part(claims), 'x'].join('.');
}

const STATEMENT = JSON.stringify({
	_type: 'https://in-toto.io/Statement/v1',
	subject: [{
		name: 'artifact',
		digest: { sha256: crypto.createHash('sha256').update(ARTIFACT).digest('hex') },
	}],
	predicateType: 'https://slsa.dev/provenance/v1',
	predicate: {},
});

// plan: {world, log, tsa, envelope, statement, type, chain, stamped, logged}. Attestations are logged as
// intoto: an entry of kind dsse is left as it was proposed by this log, which no real one does.
async function sign(plan) {
	const world = plan.world;
	nock.cleanAll();
	serve(FULCIO, fulcioHandler(world.ca));
	serve(REKOR, rekorHandler((plan.log || world).log));
	serve(TSA, tsaHandler((plan.tsa || world).tsa));
	const witnesses = [];
	if (plan.logged !== false)
		witnesses.push(new RekorWitness({ rekorBaseURL: REKOR, entryType: 'intoto' }));
	if (plan.stamped)
		witnesses.push(new TSAWitness({ tsaBaseURL: TSA }));
	const signer = new FulcioSigner({
		fulcioBaseURL: FULCIO, identityProvider: { getToken: async () => token() },
	});
	const options = { signer, witnesses };
	const builder = plan.envelope
		? new DSSEBundleBuilder({ ...options, certificateChain: plan.chain })
		: new MessageSignatureBundleBuilder(options);
	const what = plan.envelope
		? { data: Buffer.from(plan.statement || STATEMENT), type: plan.type || 'application/vnd.in-toto+json' }
		: { data: ARTIFACT };
	return bundleToJSON(await builder.create(what));
}

const base64 = (bytes) => Buffer.from(bytes).toString('base64');
const sha256 = (bytes) => crypto.createHash('sha256').update(bytes).digest();

function logOf(url, publicKey) {
	return {
		baseUrl: url,
		hashAlgorithm: 'SHA2_256',
		logId: { keyId: base64(sha256(publicKey)) },
		publicKey: {
			keyDetails: 'PKIX_ECDSA_P256_SHA_256',
			rawBytes: base64(publicKey),
			validFor: { start: new Date(Date.now() - MINUTE).toISOString() },
		},
	};
}

function authorityOf(url, ...certificates) {
	return {
		uri: url,
		subject: { organization: 'sigstore.mock', commonName: 'sigstore' },
		certChain: { certificates: certificates.map((rawBytes) => ({ rawBytes: base64(rawBytes) })) },
		validFor: { start: new Date(Date.now() - MINUTE).toISOString() },
	};
}

function trustedRoot(world) {
	return {
		mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
		tlogs: [logOf(REKOR, world.log.publicKey)],
		ctlogs: [logOf('https://ct.example.com', world.ctLog.publicKey)],
		certificateAuthorities: [authorityOf(FULCIO, world.ca.rootCertificate)],
		timestampAuthorities: [authorityOf(TSA, world.tsa.intCertificate, world.tsa.rootCertificate)],
	};
}

// One that holds, with one thing changed.
function changed(bundle, change) {
	const copy = structuredClone(bundle);
	change(copy);
	return copy;
}

function flip(text, at = 20) {
	const bytes = Buffer.from(text, 'base64');
	bytes[bytes.length - at] ^= 1;
	return base64(bytes);
}

async function makeCases() {
	const world = await makeWorld(), other = await makeWorld();
	const message = await sign({ world }), second = await sign({ world });
	const stamped = await sign({ world, stamped: true });
	const envelope = await sign({ world, envelope: true });
	const entry = (bundle) => bundle.verificationMaterial.tlogEntries[0];
	const elsewhere = JSON.stringify({ ...JSON.parse(STATEMENT), subject: [
		{ name: 'other', digest: { sha256: '00'.repeat(32) } }] });

	const good = {
		message,
		'message-stamped': stamped,
		'message-stamp-alone': changed(await sign({ world, stamped: true }), (b) => {
			entry(b).integratedTime = '0';
			delete entry(b).inclusionPromise;
		}),
		envelope,
		'envelope-chain': await sign({ world, envelope: true, chain: true }),
		'envelope-stamped': await sign({ world, envelope: true, stamped: true }),
		// The authority is not known, which takes nothing from the log's word.
		'other-stamp': await sign({ world, tsa: other, stamped: true }),
	};
	const bad = {
		'other-ca': await sign({ world: other, log: world, tsa: world }),
		'other-log': await sign({ world, log: other }),
		'not-logged': await sign({ world, stamped: true, logged: false }),
		'certificate-of-the-past': await sign({ world: { ...world, ca: world.caOfThePast } }),
		'other-subject': await sign({ world, envelope: true, statement: elsewhere }),
		'other-type': await sign({ world, envelope: true, type: 'text/plain' }),
		'signature-changed': changed(message, (b) => {
			b.messageSignature.signature = flip(b.messageSignature.signature);
		}),
		'digest-changed': changed(message, (b) => {
			b.messageSignature.messageDigest.digest = flip(b.messageSignature.messageDigest.digest);
		}),
		'promise-changed': changed(message, (b) => {
			const promise = entry(b).inclusionPromise;
			promise.signedEntryTimestamp = flip(promise.signedEntryTimestamp);
		}),
		'time-changed': changed(message, (b) => {
			entry(b).integratedTime = String(Number(entry(b).integratedTime) + 1);
		}),
		'root-changed': changed(message, (b) => {
			entry(b).inclusionProof.rootHash = flip(entry(b).inclusionProof.rootHash);
		}),
		'entry-of-another': changed(message, (b) => {
			b.verificationMaterial.tlogEntries = second.verificationMaterial.tlogEntries;
		}),
		'certificate-of-another': changed(message, (b) => {
			b.verificationMaterial.x509CertificateChain =
				second.verificationMaterial.x509CertificateChain;
		}),
		'stamp-of-another': changed(stamped, (b) => {
			const material = b.verificationMaterial;
			entry(b).integratedTime = '0';
			delete entry(b).inclusionPromise;
			material.timestampVerificationData = good['envelope-stamped']
				.verificationMaterial.timestampVerificationData;
		}),
		'payload-changed': changed(envelope, (b) => {
			b.dsseEnvelope.payload = base64(elsewhere);
		}),
		'payload-type-changed': changed(envelope, (b) => {
			b.dsseEnvelope.payloadType = 'application/json';
		}),
		'no-proof': changed(message, (b) => {
			delete entry(b).inclusionProof;
		}),
	};
	return { world, good, bad };
}

async function main(folder) {
	nock.disableNetConnect();
	const { world, good, bad } = await makeCases();
	const put = (name, value) => fs.writeFileSync(path.join(folder, name), value);
	put('artifact', ARTIFACT);
	put('trusted_root.json', JSON.stringify(trustedRoot(world)));
	for (const [name, bundle] of Object.entries({ ...good, ...bad }))
		put(`${name}.json`, JSON.stringify(bundle));
	put('cases.json', JSON.stringify({
		identity: IDENTITY, issuer: ISSUER, good: Object.keys(good), bad: Object.keys(bad) }));
}

await main(process.argv[2]);
