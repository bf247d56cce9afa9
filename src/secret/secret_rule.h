/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a secret looks like, as data. A pack is a YAML file of rules, rules/secrets/<family>.yaml:
 *
 *     secrets: code-hosting
 *     rules:
 *       - id: github-pat
 *         title: GitHub personal access token
 *         provider: GitHub
 *         severity: critical
 *         pattern: 'ghp_[0-9A-Za-z]{36}'
 *         checks: [github-checksum]
 *         codes: [gitleaks:github-pat]
 *         rotate: Delete it at https://github.com/settings/tokens and make a new one.
 *         examples:
 *           true: ['TOKEN=ghp_${base62:36}']
 *           false: ['ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx']
 *       - id: adafruit-api-key
 *         names: [adafruit]
 *         pattern: '[a-z0-9_-]{32}'
 *
 * Without `names` the pattern is looked for anywhere: the secret says itself what it is. It must
 * not begin or end inside of a word: what is before and behind it is neither letter nor digit.
 * With `names` the pattern is of the whole value of an assignment, in any language, whose key
 * contains one of the names (secret_pair.h). A pattern with a group: the group is the secret.
 *
 * With `spread: kubernetes-secret` the match is where a Secret of Kubernetes tells its kind, and
 * the values round it are the secrets (secret_manifest.h).
 *
 * With `file` instead of a pattern the rule names what secret_file.h finds in whole files.
 *
 * `context: password` or `token` with names: the value has no form of its own, so what stands
 * around it decides how sure the finding is (secret_context.h).
 *
 * Without names `context: password` only lowers what is a word that stands in for one.
 *
 * Optional: confidence (0 to 1; 0.9), entropy (bits a character that the secret has at least),
 * checks (names of secret_check_list.def, which have to hold), proofs (which make it nearly sure),
 * public (first 16 hex digits of the SHA-256 of values that are published as examples), keywords
 * (literals of which one stands in every match, for patterns that the first pass cannot search),
 * bounded (off: the pattern says itself what stands before and behind), placeholders (allowed:
 * values that look made up are taken as well), provider (whose it is; "any"), references, codes,
 * rotate (where to revoke it, one sentence), binary (also in files
 * that are no text; default on for rules without names).
 *
 * The first line of an example of a rule with `file` is the path; the file follows, as text or in
 * Base64 behind "base64:". In examples ${SET:N} stands for N characters of a set: base62, base64,
 * base64url, hex, HEX, digits, letters, lower, upper, alnum (a-z0-9), ALNUM, base32, base32lower,
 * bech32, and x, X, 0, of one character each. They are drawn anew in each test.
 *
 * Patterns are RE2's (expr/regex.h); what the first pass needs of them is within what Vectorscan
 * takes, otherwise `keywords` are required.
 */
#pragma once

#include "expr/regex.h"
#include "report/finding.h"
#include "secret/secret_context.h"
#include "secret/secret_file_kind.h"

struct yaml_node;

struct secret_rule {
	struct str id, title, provider, pack, file;
	size_t line; /* in the pack's file */
	enum severity severity;
	struct str pattern;
	struct str_list names, keywords, codes, references, public_values;
	struct str rotate;
	uint32_t checks; /* 1u << enum secret_check_kind: have to hold */
	uint32_t proofs; /* the same: who passes is nearly sure */
	double entropy, confidence;
	enum secret_context_kind context;
	enum secret_file_kind file_kind; /* SECRET_N_FILE_KINDS: a rule with a pattern */
	bool is_spread;			 /* over the Secret of Kubernetes round the match */
	bool in_binary, is_bounded, takes_placeholders;
	const struct yaml_node *examples; /* map of true and false */
	struct regex *regex; /* of the whole: see secret_set.h; NULL until it is made */
};
