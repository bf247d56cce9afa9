/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the words of `plimsoll trust` about one collection of Docker Content Trust have in common.
 *
 *     struct dct_session s;
 *     r = dct_session_open(&s, opt, now, argv[0], DCT_ONLINE, &err);
 *     r = dct_publisher_stage(&s.publisher, ...);
 *     return dct_session_end(&s, r, &err);                 closes, tells, gives the exit status
 *
 * Passphrases come from --root-passphrase-file for root keys, --passphrase-file, -fd and -env for
 * all others (and for root keys without the former), the variables that Docker's users have
 * (DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE, DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE,
 * NOTARY_<ROLE>_PASSPHRASE), and then the terminal.
 *
 * Ownership: the session owns all in it. Errors: ERR_USAGE, those of the server and the directory.
 */
#pragma once

#include "cmd/trust.h"
#include "trust/dct/publish.h"

struct dct_session {
	const struct trust_options *opt;
	struct arena arena;
	struct trail trail;
	struct strbuf dir;
	struct dct_pins pins;
	struct dct_keyring ring;
	struct dct_place place;
	struct dct_publisher publisher;
};

enum dct_network { DCT_OFFLINE, DCT_ONLINE };

int dct_session_open(struct dct_session *s, const struct trust_options *opt, int64_t now,
		     const char *gun, enum dct_network network, struct err *err);
int dct_session_end(struct dct_session *s, int r, const struct err *err);

/* The verified collection, from the server or, offline, the copies. */
int dct_session_view(struct dct_session *s, struct dct_view **ret, struct err *err);

/* A line on stderr, unless --quiet. */
void dct_session_say(const struct dct_session *s, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* "releases" is "targets/releases". */
struct str dct_session_role(struct dct_session *s, const char *word);
