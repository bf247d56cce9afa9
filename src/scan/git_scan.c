/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/git_scan.h"

#include "base/limits.h"
#include "base/memory_stream.h"
#include "scan/analysis.h"

static void name_version(const struct git_version *v, struct strbuf *path)
{
	strbuf_reset(path);
	if (v->commit.n)
		strbuf_addf(path, "%.*s:", STR_FMT(str_sub(v->commit, 0, 12)));
	else
		strbuf_adds(path, "unreachable:");
	strbuf_add(path, v->path);
}

static int look_at_version(struct analysis *a, const struct git_version *v, struct str path,
			   struct err *err)
{
	struct tree_entry e = {.path = path, .type = NODE_FILE, .size = v->bytes.n, .mode = 0644};
	struct memory_stream bytes = memory_stream_make(v->bytes);
	struct capture *unused;
	int r;

	if (v->problem.code != ERR_OK) {
		analysis_loss(a, "git", path, &v->problem);
		return 0;
	}
	r = analysis_entry(a, &e, &unused, err);
	return r == 0 && analysis_wants_content(a) ? analysis_content(a, &e, &bytes.stream, err)
						   : r;
}

int git_scan(struct git_history *h, const struct scan_plan *plan, struct scan_progress *progress,
	     struct strbuf *ret_record, struct err *err)
{
	struct strbuf path = STRBUF_INIT((size_t)LIMIT_PATH_BYTES + 64);
	struct layer_facts facts = {.is_complete = 1};
	struct path_index *none = NULL;
	struct analysis *a = NULL;
	struct git_version v;
	int r = path_index_of_files(NULL, 0, &none, err);

	if (r == 0)
		r = analysis_new(&(struct scan_plan){none, plan->watches, plan->n_watches},
				 ret_record, &a, err);
	while (r >= 0 && (r = git_history_next(h, &v, err)) > 0) {
		name_version(&v, &path);
		atomic_fetch_add(&progress->done_bytes, (unsigned long long)v.bytes.n);
		r = look_at_version(a, &v, strbuf_str(&path), err);
	}
	if (r == 0)
		r = analysis_finish(a, &facts, err);
	analysis_free(a);
	path_index_free(none);
	strbuf_done(&path);
	return r;
}
