/* SPDX-License-Identifier: Apache-2.0 */
/*
 * in-toto Statement: what an attestation is about, and what kind of thing it says.
 *
 *     CLEANUP(statement_done) struct statement statement = {0};
 *     r = statement_parse(envelope.payload, &statement, err);
 *     if (!statement_is_about(&statement, &digest)) ...
 *
 * It holds nothing that is signed: the envelope must be verified first.
 *
 * Ownership: the statement owns its document, slices and values are borrowed from it. Threads:
 * read-only sharing is fine. Errors: ERR_FORMAT with what is wrong, ERR_LIMIT, ERR_NOMEM.
 * Format: in-toto attestation framework, Statement v0.1 and v1
 * (github.com/in-toto/attestation spec/v1/statement.md). Every subject must have a digest.
 */
#pragma once

#include "codec/json.h"
#include "crypto/digest.h"

#define STATEMENT_V0_1 "https://in-toto.io/Statement/v0.1"
#define STATEMENT_V1   "https://in-toto.io/Statement/v1"

struct statement {
	struct json *doc;
	struct str type; /* one of the above */
	struct str predicate_type;
	const struct json *predicate; /* an object, or a text (cosign's SPDX); NULL: none */
	const struct json *subjects;
	size_t n_subjects; /* at least 1 */
};

int statement_parse(struct str payload, struct statement *ret, struct err *err);
void statement_done(struct statement *s);

struct str statement_subject_name(const struct statement *s, size_t i); /* may be empty */
/* By the name in-toto gives the algorithm: "sha256"; hex, or empty. */
struct str statement_subject_digest(const struct statement *s, size_t i, const char *algorithm);

/* Whether one of the subjects has this digest; *ret_i (may be NULL) is the first. */
bool statement_is_about(const struct statement *s, const struct digest_value *digest,
			size_t *ret_i);
