/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ignore files: the first byte chooses the form by its name, the rest is the file. Its rules are
 * then asked of a small report. A refusal names the file and a line; a rule is never without words
 * or a regular expression.
 */
#include <assert.h>

#include "base/cleanup.h"
#include "policy/ignore.h"
#include "policy/ignore_rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct finding_location at[] = {{.layer = {"sha256:aa", 9}, .path = {"usr/lib/x", 9}}};
static const struct str evidence[] = {{"shard=debian-12", 15}};

static void apply(const struct ignore *ig)
{
	CLEANUP(report_freep) struct report *r = report_new();
	const struct finding f = {
		.rule = STR("CVE-2023-0286"),
		.subject = {.name = STR("openssl"),
			    .version = STR("1"),
			    .purl = STR("pkg:deb/debian/openssl@1%2B1?arch=amd64"),
			    .path = STR("usr/lib/x")},
		.locations = at,
		.n_locations = 1,
		.evidence = {evidence, 1},
	};

	if (!r || report_add_finding(r, &f, NULL) < 0)
		return;
	assert(ignore_apply(ig, 1767225600, r, NULL) == 0);
	assert(r->rules.n == ig->rules.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {".plimsollignore", ".trivyignore", ".trivyignore.yaml",
					    ".grype.yaml"};
	struct ignore ig;
	struct err err = {0};
	const char *name;

	if (size < 1 || size > 8192)
		return 0;
	name = names[data[0] % ARRAY_LEN(names)];
	ignore_init(&ig);
	if (ignore_parse(&ig, str_of(name), str_make(data + 1, size - 1), &err) < 0)
		assert(str_has_prefix(str_of(err.msg), str_of(name)) || err.code == ERR_NOMEM);
	else
		apply(&ig);
	ignore_done(&ig);
	return 0;
}
