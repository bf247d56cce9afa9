/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int err_set(struct err *err, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	if (err) {
		err->code = code;
		va_start(ap, fmt);
		(void)vsnprintf(err->msg, sizeof err->msg, fmt, ap); /* a cut message is fine */
		va_end(ap);
	}
	return -(int)code;
}

int err_wrap(struct err *err, int r, const char *fmt, ...)
{
	char inner[ERR_MSG_MAX];
	va_list ap;
	int n;

	if (!err)
		return r;
	memcpy(inner, err->msg, sizeof inner);
	va_start(ap, fmt);
	n = vsnprintf(err->msg, sizeof err->msg, fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < sizeof err->msg)
		(void)snprintf(err->msg + n, sizeof err->msg - (size_t)n, ": %.*s",
			       (int)sizeof inner - 3, inner); /* a cut message is fine */
	return r;
}

static enum err_code code_of_errno(int errnum)
{
	switch (errnum) {
	case ENOMEM:
		return ERR_NOMEM;
	case ENOENT:
	case ENOTDIR:
		return ERR_NOT_FOUND;
	case EACCES:
	case EPERM:
		return ERR_DENIED;
	default:
		return ERR_IO;
	}
}

int err_errno(struct err *err, int errnum, const char *fmt, ...)
{
	enum err_code code = code_of_errno(errnum);
	char what[ERR_MSG_MAX - 80];
	char reason[80];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	return err_set(err, code, "%s: %s", what, strerror_r(errnum, reason, sizeof reason));
}

int err_nomem(struct err *err)
{
	return err_set(err, ERR_NOMEM, "out of memory");
}

const char *err_code_name(enum err_code code)
{
	switch (code) {
	case ERR_OK:
		return "ok";
	case ERR_NOMEM:
		return "nomem";
	case ERR_IO:
		return "io";
	case ERR_NOT_FOUND:
		return "not-found";
	case ERR_FORMAT:
		return "format";
	case ERR_LIMIT:
		return "limit";
	case ERR_UNSUPPORTED:
		return "unsupported";
	case ERR_DENIED:
		return "denied";
	case ERR_USAGE:
		return "usage";
	case ERR_CANCELED:
		return "canceled";
	case ERR_BUG:
		return "bug";
	}
	return "bug";
}
