/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/tuf/tuf_http.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "net/http_file.h"

#define BLOCK 65536

static int make_url(const struct tuf_http *s, const char *name, struct strbuf *out, struct err *err)
{
	strbuf_adds(out, s->base);
	if (out->n == 0 || out->p[out->n - 1] != '/')
		strbuf_addc(out, '/');
	strbuf_adds(out, name);
	(void)strbuf_cstr(out); /* puts the NUL; strbuf_check tells when it could not */
	return strbuf_check(out, err);
}

/* Not there is another answer than no answer. */
static int explain(const char *what, const struct http_response *a, struct err *err)
{
	if (a->status == 403 || a->status == 404 || a->status == 410)
		return err_set(err, ERR_NOT_FOUND, "%s: %u: it is not there", what, a->status);
	return http_explain(what, a, err);
}

static int explain_status(void *ctx, const char *what, const struct http_response *a,
			  struct err *err)
{
	return explain(what, a, err);
}

int tuf_http_fetch(void *ctx, const char *name, uint64_t max, struct strbuf *out, struct err *err)
{
	const struct tuf_http *s = ctx;
	CLEANUP(strbuf_done) struct strbuf url = STRBUF_INIT(LIMIT_HTTP_URL_BYTES);
	CLEANUP(http_response_done) struct http_response answer = HTTP_RESPONSE_INIT;
	struct http_request rq = {
		.what = name, .ca_file = s->ca_file, .size_bytes = HTTP_SIZE_UNKNOWN};
	int r = make_url(s, name, &url, err);

	if (r < 0)
		return r;
	if (max < answer.body.max)
		answer.body.max = (size_t)max;
	rq.url = strbuf_cstr(&url);
	r = http_fetch(s->http, &rq, &answer, err);
	if (r == -ERR_LIMIT)
		return err_set(err, ERR_LIMIT, "%s is longer than %" PRIu64 " bytes", name, max);
	if (r < 0)
		return r;
	if (answer.status < 200 || answer.status > 299)
		return explain(name, &answer, err);
	strbuf_add(out, strbuf_str(&answer.body));
	return strbuf_check(out, err);
}

/* ---- targets ---- */

static int hash_file(int fd, uint64_t size, enum digest_algorithm algorithm,
		     struct digest_value *ret, struct err *err)
{
	CLEANUP(digest_done) struct digest d = {0};
	CLEANUP(freep) char *block = malloc(BLOCK);
	int r = digest_init(&d, algorithm, err);

	if (r < 0)
		return r;
	if (!block)
		return err_nomem(err);
	for (uint64_t at = 0; at < size;) {
		size_t n = size - at < BLOCK ? (size_t)(size - at) : BLOCK;
		ssize_t got = fd_pread_full(fd, block, n, (off_t)at, err);

		if (got < 0)
			return (int)got;
		if (got == 0)
			break;
		digest_update(&d, str_make(block, (size_t)got));
		at += (uint64_t)got;
	}
	digest_final(&d, ret);
	return 0;
}

static int check_file(const struct tuf_file *target, int fd, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_errno(err, errno, "stat");
	if (!S_ISREG(st.st_mode) || !target->has_length || (uint64_t)st.st_size != target->length)
		return err_set(err, ERR_DENIED, "it has %" PRIu64 " bytes instead of %" PRIu64,
			       (uint64_t)st.st_size, target->length);
	if (target->n_hashes == 0)
		return err_set(err, ERR_DENIED, "none of its hashes is of an algorithm known here");
	for (size_t i = 0; i < target->n_hashes; i++) {
		char text[DIGEST_TEXT_MAX];
		struct digest_value got;
		int r = hash_file(fd, target->length, target->hashes[i].algorithm, &got, err);

		if (r < 0)
			return r;
		if (!digest_eq(&got, &target->hashes[i]))
			return err_set(err, ERR_DENIED,
				       "it is not the file that was signed for: not %.*s",
				       STR_FMT(digest_format(&target->hashes[i], text)));
	}
	return 0;
}

static int fetch_into(const struct tuf_http *s, const char *address, const struct tuf_file *target,
		      int fd, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf url = STRBUF_INIT(LIMIT_HTTP_URL_BYTES);
	struct http_request rq = {
		.what = address, .ca_file = s->ca_file, .explain = explain_status};
	struct http_file f = {.fd = fd, .max_bytes = target->length ? target->length : 1};
	int r = make_url(s, address, &url, err);

	if (r < 0)
		return r;
	rq.url = strbuf_cstr(&url);
	return http_file_get(s->http, &rq, &f, err);
}

static int fetch_beside(const struct tuf_http *s, const char *address,
			const struct tuf_file *target, int dir_fd, const char *temp,
			const char *file_name, struct err *err)
{
	CLEANUP(fd_closep)
	int fd = openat(dir_fd, temp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	int r;

	if (fd < 0)
		return err_errno(err, errno, "create %s", temp);
	r = fetch_into(s, address, target, fd, err);
	if (r == 0)
		r = check_file(target, fd, err);
	if (r == 0 && fsync(fd) < 0)
		r = err_errno(err, errno, "sync %s", file_name);
	if (r == 0 && renameat(dir_fd, temp, dir_fd, file_name) < 0)
		r = err_errno(err, errno, "rename to %s", file_name);
	if (r < 0)
		(void)unlinkat(dir_fd, temp, 0); /* the first error is the one to tell */
	return r;
}

int tuf_http_download(const struct tuf_http *s, const char *address, const struct tuf_file *target,
		      int dir_fd, const char *file_name, struct err *err)
{
	char temp[64];
	uint64_t random;
	int r;

	if (getrandom(&random, sizeof random, 0) != sizeof random)
		return err_errno(err, errno, "random bytes");
	(void)snprintf(temp, sizeof temp, FILE_TEMP_PREFIX "%016" PRIx64, random); /* fits */
	r = fetch_beside(s, address, target, dir_fd, temp, file_name, err);
	return r < 0 ? err_wrap(err, r, "%.*s", STR_FMT(str_sub(target->name, 0, 200))) : 0;
}

int tuf_http_is_cached(const struct tuf_file *target, int dir_fd, const char *file_name,
		       struct err *err)
{
	CLEANUP(fd_closep)
	int fd = openat(dir_fd, file_name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct err why = {0};
	int r;

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return err_errno(err, errno, "%s", file_name);
	r = check_file(target, fd, &why);
	if (r == 0)
		return 1;
	return r == -ERR_DENIED ? 0 : err_set(err, why.code, "%s: %s", file_name, why.msg);
}
