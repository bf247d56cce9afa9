/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What rules about images look at, of any bytes: lines of history, file capabilities, the files of
 * users and groups. Slices lie in the input, names are in order, problems are one line.
 */
#include <assert.h>

#include "check/image_history.h"
#include "inventory/accounts.h"
#include "inventory/capability.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool get(void *ctx, struct str path, struct str *ret)
{
	(void)path; /* all three are the input */
	*ret = *(const struct str *)ctx;
	return true;
}

static void problem(void *ctx, struct str path, const struct err *what)
{
	(void)ctx;
	assert(path.n && what->msg[0] && !strchr(what->msg, '\n'));
}

static bool lies_in(struct str part, struct str whole)
{
	return part.n == 0 || (part.p >= whole.p && part.n <= whole.n &&
			       (size_t)(part.p - whole.p) <= whole.n - part.n);
}

static void look_at_history(struct str in, struct arena *a)
{
	struct history_line line;

	if (history_line_parse(in, a, &line, NULL) < 0)
		return;
	assert(lies_in(line.value, in));
	for (size_t i = 0; i < line.n_args; i++)
		assert(lies_in(line.args[i].name, in) && lies_in(line.args[i].value, in));
	for (size_t i = 0; i < line.n_pairs; i++)
		assert(lies_in(line.pairs[i].name, in) && lies_in(line.pairs[i].value, in));
}

static void look_at_capabilities(struct str in, struct arena *a)
{
	struct str_list list;

	if (capabilities_parse(in, a, &list, NULL) < 0)
		return;
	for (size_t i = 1; i < list.n; i++)
		assert(str_cmp(list.p[i - 1], list.p[i]) < 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = str_make(data, size);
	const struct distro_files files = {&in, get, problem};
	struct vec accounts = VEC_INIT(struct report_account, 1000);
	struct arena a;

	arena_init(&a, 1 << 24);
	look_at_history(in, &a);
	look_at_capabilities(in, &a);
	(void)accounts_read(&files, &a, &accounts, NULL); /* full arena or not */
	vec_done(&accounts);
	arena_done(&a);
	return 0;
}
