/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which vulnerabilities one package has, by one shard.
 *
 *     struct match_query q = {.name = STR("openssl"), .version = STR("3.0.11-1"), ...};
 *     struct match_result result;
 *     r = match_package(shard, &q, &arena, &result, err);
 *     result.hits[i].vulnerability, .fixed, .status ...     one for each vulnerability, sorted
 *
 * How it is decided, row by row of the shard (vuln/shard.h):
 *
 *  1. Which rows count. A row of a binary package's name is asked with the binary's name and
 *     version, any other with the source's. A modular row counts for a package of the same
 *     module:stream only ("NAME:*": of any stream), and a modular package asks modular rows only.
 *     A row with architectures counts for those. What the row's channel is to the build says
 *     vuln/channel.h.
 *  2. Inside or not: version_compare over the intervals, equality with the versions that are
 *     listed, the constraint. Inside any of them: affected.
 *  3. What outweighs it, for the same vulnerability: a row that says NOT_AFFECTED; a row of the
 *     stream that the build is from; and of distributions, whose notices (DSA, USN) fix what the
 *     tracker still lists as open: another record with a fix that the package has, where the
 *     affecting row covers all versions without end, or offers its fix in a channel that the
 *     package is not from.
 *  4. Of several affecting rows the highest fixed version is told: it is free of all of them. A
 *     fix for everybody goes before one that is an offer.
 *
 * A version that the scheme cannot order decides nothing: result.error says so and the rows that
 * needed it are counted in n_undecided.
 *
 * Ownership: the result lives in the arena. Time: linear in the package's rows.
 * Errors: those of the shard; ERR_NOMEM.
 */
#pragma once

#include "package/version.h"
#include "vuln/shard.h"

struct match_query {
	struct str name, version; /* of the source, or the package where there is no source */
	/* Empty: rows of binary packages are not asked. Of one without a source the same again. */
	struct str binary, binary_version;
	struct str arch;
	struct str module; /* MODULARITYLABEL "nodejs:18:80200:abc"; empty: not modular */
	/*
	 * An rpm names its source without an epoch. Where the binary's need not be the source's,
	 * versions of sources are compared as if their epochs were equal.
	 */
	bool is_epoch_unknown;
	struct str_list repositories; /* of vuln/channel.h */
};

struct match_hit {
	struct str vulnerability; /* canonical id */
	uint32_t advisory;	  /* the record that decided, for shard_advisory */
	enum advisory_kind kind;
	enum finding_status status;
	enum severity severity; /* the publisher's, of this release; UNKNOWN: none */
	bool by_binary;		/* what was compared: the binary's version */
	struct str introduced, fixed, last_affected;
	struct str channel; /* of the row: where the fix is */
	struct str note;
	struct str_list symbols;
};

struct match_result {
	struct match_hit *hits; /* sorted by vulnerability */
	size_t n;
	uint64_t n_rows; /* that counted */
	uint64_t n_undecided;
	struct err error; /* why, of the first undecided one */
};

int match_package(struct shard *shard, const struct match_query *q, struct arena *arena,
		  struct match_result *ret, struct err *err);

/* How the versions above are compared; without_epoch: is_epoch_unknown, of a source's row. */
int match_compare(enum version_scheme scheme, bool without_epoch, struct str a, struct str b,
		  int *ret, struct err *err);
