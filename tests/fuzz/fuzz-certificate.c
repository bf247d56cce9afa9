/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates in DER or PEM: all that one says is asked for, its SCTs against a log that has its
 * own key, the chain to itself, and whom Fulcio gave it to. What is read once is read again the
 * same.
 */
#include <assert.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "trust/sigstore/identity.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW 1800000000

static void check_names(const struct certificate *cert, struct arena *arena)
{
	struct certificate_attribute *parts;
	struct identity who;
	size_t n;

	for (size_t i = 0; i < certificate_name_count(cert); i++)
		assert(str_is_utf8(certificate_name_at(cert, i).value));
	(void)certificate_subject_parts(cert, arena, &parts, &n, NULL);
	if (identity_of(cert, arena, &who, NULL) == 0)
		assert(who.name.n > 0 && who.issuer.n > 0 && who.n_facts <= CLAIM_FACTS_MAX);
}

static void check_scts(const struct certificate *cert, const struct certificate *issuer)
{
	struct certificate_log log = {.key = certificate_key(cert), .until = INT64_MAX};
	struct digest_value id;
	size_t held = 0;

	assert(public_key_digest(log.key, &id, NULL) == 0);
	memcpy(log.id, id.bytes, sizeof log.id);
	if (certificate_scts_verify(cert, issuer, &log, 1, &held, NULL) == 0)
		assert(held > 0);
}

static void check(const struct certificate_list *list, size_t i, struct arena *arena)
{
	struct certificate_wants wants = {
		.at = NOW,
		.anchors = list->p,
		.n_anchors = list->n,
		.use = CERTIFICATE_USE_CODE,
	};
	CLEANUP(certificate_freep) struct certificate *again = NULL;
	const struct certificate *cert = list->p[i];
	struct certificate_chain chain;
	unsigned usage;
	bool critical;

	assert(certificate_parse(certificate_der(cert), &again, NULL) == 0);
	assert(certificate_same(again, cert));
	check_names(cert, arena);
	check_scts(cert, list->p[0]);
	(void)certificate_key_usage(cert, &usage, &critical);
	(void)certificate_use_count(cert, &critical);
	(void)certificate_is_self_signed(cert);
	if (certificate_chain(cert, &wants, &chain, NULL) == 0)
		assert(chain.n > 0 && certificate_has_use(cert, CERTIFICATE_USE_CODE));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(certificate_list_done) struct certificate_list list = {0};
	struct err err = {0};
	struct arena arena;

	arena_init(&arena, LIMIT_ARENA_BYTES);
	if (certificate_list_parse(str_make(data, size), 4, &list, &err) < 0)
		assert(err.msg[0] && list.n == 0);
	for (size_t i = 0; i < list.n; i++)
		check(&list, i, &arena);
	arena_done(&arena);
	return 0;
}
