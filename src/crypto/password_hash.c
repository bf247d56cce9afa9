/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/password_hash.h"

#include <crypt.h>
#include <stdlib.h>

#include "base/cleanup.h"

#define HASH_BYTES_MAX 384 /* CRYPT_OUTPUT_SIZE */
#define WORD_BYTES_MAX 256
#define ROUNDS_MAX     100000
#define BCRYPT_MAX     10

static bool is_cheap_sha(struct str rest)
{
	struct str rounds, salt;
	uint64_t n;

	if (!str_pull_prefix(&rest, STR("rounds=")))
		return true;
	return str_cut(rest, '$', &rounds, &salt) && str_parse_u64(rounds, &n) && n <= ROUNDS_MAX;
}

static bool is_cheap_bcrypt(struct str rest)
{
	struct str cost, salt;
	uint64_t n;

	return str_cut(rest, '$', &cost, &salt) && str_parse_u64(cost, &n) && n <= BCRYPT_MAX;
}

/* What the hash asks of who tries it. */
static bool is_cheap(struct str hash)
{
	static const struct str bcrypts[] = {STR("$2a$"), STR("$2b$"), STR("$2y$")};

	if (hash.n == 0 || hash.p[0] != '$')
		return hash.n == 13; /* DES */
	if (str_pull_prefix(&hash, STR("$1$")))
		return true;
	if (str_pull_prefix(&hash, STR("$5$")) || str_pull_prefix(&hash, STR("$6$")))
		return is_cheap_sha(hash);
	for (size_t i = 0; i < ARRAY_LEN(bcrypts); i++)
		if (str_pull_prefix(&hash, bcrypts[i]))
			return is_cheap_bcrypt(hash);
	return str_has_prefix(hash, STR("$y$j9T$")) || str_has_prefix(hash, STR("$y$j8T$")) ||
	       str_has_prefix(hash, STR("$y$j7T$"));
}

bool password_hash_is_of(struct str hash, struct str word)
{
	CLEANUP(freep) struct crypt_data *data = NULL;
	char setting[HASH_BYTES_MAX], phrase[WORD_BYTES_MAX];
	const char *got;

	if (!is_cheap(hash) || hash.n >= sizeof setting || word.n >= sizeof phrase)
		return false;
	data = calloc(1, sizeof *data);
	if (!data)
		return false;
	memcpy(setting, hash.p, hash.n);
	setting[hash.n] = '\0';
	if (word.n)
		memcpy(phrase, word.p, word.n);
	phrase[word.n] = '\0';
	/* not crypt_r, which sanitizers look up in a shared library that is not there */
	got = crypt_rn(phrase, setting, data, (int)sizeof *data);
	return got && str_eq(str_of(got), hash);
}
