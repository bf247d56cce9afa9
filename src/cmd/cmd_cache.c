/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/strbuf.h"
#include "cmd/command.h"
#include "scan/cache.h"

static int run(int argc, const char *const *argv)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(8192);
	struct cache *c = cache_open();
	struct cache_usage usage;
	struct err err = {0};
	bool clear = argc == 1 && strcmp(argv[0], "clear") == 0;

	if (!c || argc > 1 || (argc == 1 && !clear && strcmp(argv[0], "show") != 0)) {
		cache_close(c);
		err_set(&err, ERR_USAGE,
			c ? "cache: show or clear" : "cache: no directory for it; set HOME");
		return command_error(&err);
	}
	if (clear)
		cache_trim(c, 0);
	cache_usage(c, &usage);
	strbuf_addf(&out, "%.*s: %llu layers, %llu bytes\n", STR_FMT(cache_path(c)),
		    (unsigned long long)usage.n_records, (unsigned long long)usage.bytes);
	cache_close(c);
	return command_print(strbuf_str(&out));
}

static const struct option_spec options[] = {OPTION_END};

const struct command command_cache = {
	.name = "cache",
	.arguments = "[show|clear]",
	.summary = "see or empty the cache of layer results",
	.options = options,
	.run = run,
};
