/* SPDX-License-Identifier: Apache-2.0 */
/* The files of containers/image: the first byte says which, the rest is the file. */
#include <stdint.h>

#include "trust/containers_policy.h"
#include "trust/image_signature.h"
#include "trust/registries_d.h"
#include "trust/simple_signing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_policy(struct str bytes, const struct image_identity *id, struct arena *a)
{
	struct containers_policy *policy;
	const struct containers_scope *scope;
	struct err err = {0};

	if (containers_policy_parse(bytes, "policy", a, &policy, &err) < 0) {
		if (err.msg[0] == '\0')
			abort();
		return;
	}
	if (containers_policy_find(policy, id, a, &scope, NULL) == 0 && scope->n == 0)
		abort();
	if (scope->requirements[0].kind == REQUIREMENT_SIGNED_BY)
		(void)signed_identity_match(&scope->requirements[0].identity, id,
					    STR("example.com/app:2"), a, NULL);
}

static void try_registries_d(struct str bytes, const struct image_identity *id, struct arena *a)
{
	struct registries_d *d = NULL;
	struct registries_d_place place;

	if (registries_d_new(&d, NULL) == 0 && registries_d_add(d, "f", bytes, NULL) == 0)
		(void)registries_d_find(d, id, REGISTRIES_D_WRITE, a, &place, NULL);
	registries_d_free(d);
}

static void try_payload(struct str bytes, struct arena *a)
{
	struct strbuf sb = STRBUF_INIT(1 << 24);
	struct simple_signing s, again;

	if (simple_signing_parse(bytes, STR(SIMPLE_SIGNING_GPG), a, &s, NULL) == 0 &&
	    simple_signing_write(&s, &sb, NULL) == 0 &&
	    (simple_signing_parse(strbuf_str(&sb), s.type, a, &again, NULL) < 0 ||
	     !str_eq(s.reference, again.reference)))
		abort();
	strbuf_done(&sb);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = str_make(data, size);
	struct image_signature signature;
	struct image_identity id;
	struct arena a;

	if (size == 0)
		return 0;
	arena_init(&a, 1 << 26);
	if (image_identity_parse(STR("r.example.com:5000/team/app:1"), &a, &id, NULL) == 0) {
		bytes = str_skip(bytes, 1);
		if (data[0] == 'p')
			try_policy(bytes, &id, &a);
		else if (data[0] == 'r')
			try_registries_d(bytes, &id, &a);
		else if (data[0] == 's')
			try_payload(bytes, &a);
		else
			(void)image_signature_parse(bytes, STR("s"), &a, &signature, NULL);
	}
	arena_done(&a);
	return 0;
}
