/* SPDX-License-Identifier: Apache-2.0 */
#include "patch/gate.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"

#define HEAD_BYTES   16384
#define PIECE_BYTES  65536
#define IDLE_MS	     60000
#define HTTP_PORT    80
#define HTTPS_PORT   443
#define CONNECT_TEXT "HTTP/1.1 200 Connection established\r\n\r\n"

struct gate {
	const char *const *hosts;
	size_t n_hosts;
	int refused_fd;
	sem_t places;
};

struct client {
	struct gate *gate;
	int fd;
};

/* ---- what is asked ---- */

static bool parse_authority(struct str text, unsigned port, struct str *ret_host, unsigned *ret)
{
	struct str number;
	uint64_t n = port;

	*ret_host = text;
	if (text.n && text.p[text.n - 1] != ']' && str_rcut(text, ':', ret_host, &number) &&
	    (!str_parse_u64(number, &n) || n == 0 || n > 65535))
		return false;
	*ret = (unsigned)n;
	return ret_host->n > 0 && ret_host->n < 256;
}

static bool parse_target(struct str target, struct gate_request *ret)
{
	struct str authority;
	size_t slash;

	if (ret->is_tunnel)
		return parse_authority(target, HTTPS_PORT, &ret->host, &ret->port);
	if (!str_is(ret->method, "GET") && !str_is(ret->method, "HEAD"))
		return false;
	if (!str_pull_prefix(&target, STR("http://")))
		return false;
	slash = str_find_char(target, '/');
	authority = str_sub(target, 0, slash);
	ret->path = slash < target.n ? str_skip(target, slash) : STR("/");
	return str_find_char(authority, '@') == authority.n &&
	       parse_authority(authority, HTTP_PORT, &ret->host, &ret->port);
}

bool gate_parse(struct str head, struct gate_request *ret)
{
	struct str line, word, target;

	*ret = (struct gate_request){0};
	if (!str_pull_line(&head, &line) || !str_pull_word(&line, &ret->method) ||
	    !str_pull_word(&line, &target) || !str_pull_word(&line, &word) ||
	    !str_has_prefix(word, STR("HTTP/1.")))
		return false;
	ret->is_tunnel = str_is(ret->method, "CONNECT");
	ret->fields = head;
	/* A proxy of this machine's own gets it as it is, and might see two requests. */
	while (str_pull_line(&head, &line))
		if (head.n && !str_trim(line).n)
			return false;
	return parse_target(target, ret);
}

/* A host without a port means the two that packages come from. */
static bool is_host(struct str known, struct str host, unsigned port)
{
	struct str name;
	unsigned at = 0;

	if (!parse_authority(known, HTTP_PORT, &name, &at) || !str_eq_nocase(name, host))
		return false;
	return name.n == known.n ? port == HTTP_PORT || port == HTTPS_PORT : port == at;
}

enum gate_right gate_right_of(const char *const *hosts, size_t n_hosts, struct str host,
			      unsigned port)
{
	enum gate_right right = GATE_REFUSED;

	for (size_t i = 0; i < n_hosts; i++) {
		struct str known = str_of(hosts[i]);
		bool by_person = str_pull_prefix(&known, STR("+"));

		if ((by_person && str_is(known, "*")) || is_host(known, host, port))
			right = by_person || right == GATE_ANYWHERE ? GATE_ANYWHERE
								    : GATE_NOT_LOCAL;
	}
	return right;
}

static bool is_local_v4(uint32_t address)
{
	return address >> 24 == 127 || address >> 24 == 0 || address >> 16 == 0xa9fe;
}

bool gate_is_local(const struct sockaddr *address)
{
	struct sockaddr_in6 six;
	struct sockaddr_in four;
	uint32_t last;

	if (address->sa_family == AF_INET) {
		memcpy(&four, address, sizeof four);
		return is_local_v4(ntohl(four.sin_addr.s_addr));
	}
	if (address->sa_family != AF_INET6)
		return true;
	memcpy(&six, address, sizeof six);
	memcpy(&last, six.sin6_addr.s6_addr + 12, sizeof last);
	if (IN6_IS_ADDR_V4MAPPED(&six.sin6_addr) || IN6_IS_ADDR_V4COMPAT(&six.sin6_addr))
		return is_local_v4(ntohl(last));
	return IN6_IS_ADDR_LOOPBACK(&six.sin6_addr) || IN6_IS_ADDR_UNSPECIFIED(&six.sin6_addr) ||
	       IN6_IS_ADDR_LINKLOCAL(&six.sin6_addr);
}

/* ---- connections ---- */

/* -1: none; *ret_refused: one there would be, but not for this one. */
static int dial(const char *host, unsigned port, enum gate_right right, bool *ret_refused)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	char service[8];
	int fd = -1;

	(void)snprintf(service, sizeof service, "%u", port);
	if (getaddrinfo(host, service, &hints, &found) != 0)
		return -1;
	for (const struct addrinfo *a = found; a && fd < 0; a = a->ai_next) {
		if (right != GATE_ANYWHERE && gate_is_local(a->ai_addr)) {
			*ret_refused = true;
			continue;
		}
		fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
		if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) < 0)
			fd_closep(&fd);
	}
	freeaddrinfo(found);
	return fd;
}

/* "http://proxy:3128" of the environment; false: none. */
static bool upstream(bool is_tunnel, struct str *ret_host, unsigned *ret_port)
{
	const char *text = getenv(is_tunnel ? "https_proxy" : "http_proxy");
	struct str s = str_of(text ? text : getenv("all_proxy"));

	(void)str_pull_prefix(&s, STR("http://"));
	s = str_sub(s, 0, str_find_char(s, '/'));
	return s.n > 0 && parse_authority(s, HTTP_PORT, ret_host, ret_port);
}

static bool send_all(int fd, struct str s)
{
	while (s.n) {
		ssize_t n = send(fd, s.p, s.n, MSG_NOSIGNAL);

		if (n < 0 && errno != EINTR)
			return false;
		s = str_skip(s, n > 0 ? (size_t)n : 0);
	}
	return true;
}

/* Copies until one side has ended or nothing came for long; a tunnel goes both ways. */
static void relay(int client, int server, bool is_tunnel)
{
	struct pollfd fds[2] = {{is_tunnel ? client : -1, POLLIN, 0}, {server, POLLIN, 0}};
	const int to[2] = {server, client};
	static __thread char piece[PIECE_BYTES];
	bool open = true;

	while (open && poll(fds, 2, IDLE_MS) > 0)
		for (int i = 0; i < 2 && open; i++) {
			ssize_t n = fds[i].revents ? recv(fds[i].fd, piece, sizeof piece, 0) : 0;

			if (fds[i].revents)
				open = n > 0 && send_all(to[i], str_make(piece, (size_t)n));
		}
}

/* Up to the empty line; what came behind it stays in the buffer. */
static bool read_head(int fd, struct strbuf *sb, struct str *ret_head)
{
	for (;;) {
		size_t end = str_find(strbuf_str(sb), STR("\r\n\r\n"));
		char *room;
		ssize_t n;

		if (end < sb->n) {
			*ret_head = str_sub(strbuf_str(sb), 0, end + 4);
			return true;
		}
		room = strbuf_reserve(sb, 2048);
		n = room ? recv(fd, room, 2048, 0) : -1;
		if (n <= 0)
			return false;
		strbuf_commit(sb, (size_t)n);
	}
}

/* The request as the server wants it: in origin form, and nothing more on this connection. */
static void write_request(const struct gate_request *q, struct strbuf *out)
{
	struct str fields = q->fields, line;

	strbuf_addf(out, "%.*s %.*s HTTP/1.1\r\n", STR_FMT(q->method), STR_FMT(q->path));
	while (str_pull_line(&fields, &line)) {
		struct str name = str_sub(line, 0, str_find_char(line, ':'));

		if (line.n == 0 || str_eq_nocase(name, STR("connection")) ||
		    str_eq_nocase(name, STR("proxy-connection")) ||
		    str_eq_nocase(name, STR("proxy-authorization")))
			continue;
		strbuf_addf(out, "%.*s\r\n", STR_FMT(line));
	}
	strbuf_adds(out, "Connection: close\r\n\r\n");
}

static void refuse(const struct gate *g, int fd, struct str host, const char *status)
{
	char line[300];

	(void)snprintf(line, sizeof line,
		       "HTTP/1.1 %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", status);
	(void)send_all(fd, str_of(line));
	if (!host.n)
		return;
	(void)snprintf(line, sizeof line, "%.*s\n", STR_FMT(host));
	(void)fd_write_all(g->refused_fd, str_of(line), NULL); /* only told to a person */
}

/* As far as it shows in the name: it is the proxy that resolves it. */
static bool is_local_name(const char *host)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST};
	struct addrinfo *found = NULL;
	bool is_local = str_eq_nocase(str_of(host), STR("localhost"));

	if (getaddrinfo(host, NULL, &hints, &found) != 0)
		return is_local;
	is_local = gate_is_local(found->ai_addr);
	freeaddrinfo(found);
	return is_local;
}

/* The server, or the proxy in front of it; -1. */
static int dial_for(const struct gate_request *q, enum gate_right right, bool *ret_by_proxy,
		    bool *ret_refused)
{
	struct str proxy_host;
	unsigned proxy_port;
	CLEANUP(freep) char *name = str_dup(q->host);
	CLEANUP(freep) char *proxy = NULL;

	*ret_by_proxy = upstream(q->is_tunnel, &proxy_host, &proxy_port);
	if (!name || !*ret_by_proxy)
		return name ? dial(name, q->port, right, ret_refused) : -1;
	*ret_refused = right != GATE_ANYWHERE && is_local_name(name);
	proxy = *ret_refused ? NULL : str_dup(proxy_host);
	return proxy ? dial(proxy, proxy_port, GATE_ANYWHERE, ret_refused) : -1;
}

static void pass(const struct gate *g, int client, struct str head, const struct gate_request *q,
		 enum gate_right right)
{
	CLEANUP(strbuf_done) struct strbuf request = STRBUF_INIT(2 * HEAD_BYTES);
	bool by_proxy, refused = false, ok;
	CLEANUP(fd_closep) int server = dial_for(q, right, &by_proxy, &refused);

	if (server < 0) {
		refuse(g, client, refused ? q->host : STR_NULL,
		       refused ? "403 Forbidden" : "502 Bad Gateway");
		return;
	}
	if (by_proxy) {
		strbuf_add(&request, head);
		ok = send_all(server, strbuf_str(&request));
	} else if (q->is_tunnel) {
		ok = send_all(client, STR(CONNECT_TEXT));
	} else {
		write_request(q, &request);
		ok = strbuf_check(&request, NULL) == 0 && send_all(server, strbuf_str(&request));
	}
	if (ok)
		relay(client, server, q->is_tunnel);
}

static void *serve_one(void *context)
{
	struct client *c = context;
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(HEAD_BYTES);
	CLEANUP(fd_closep) int fd = c->fd;
	struct gate *g = c->gate;
	enum gate_right right;
	struct gate_request q;
	struct str head;

	free(c);
	if (!read_head(fd, &sb, &head) || !gate_parse(head, &q))
		refuse(g, fd, STR_NULL, "400 Bad Request");
	else if ((right = gate_right_of(g->hosts, g->n_hosts, q.host, q.port)) == GATE_REFUSED)
		refuse(g, fd, q.host, "403 Forbidden");
	else
		pass(g, fd, head, &q, right);
	(void)sem_post(&g->places); /* cannot overflow: each was taken before */
	return NULL;
}

void gate_serve(int listener, const char *const *hosts, size_t n_hosts, int refused_fd)
{
	struct gate g = {.hosts = hosts, .n_hosts = n_hosts, .refused_fd = refused_fd};
	pthread_attr_t attr;

	if (sem_init(&g.places, 0, LIMIT_PATCH_CONNECTIONS) < 0 || pthread_attr_init(&attr) != 0 ||
	    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED) != 0)
		_exit(1);
	for (;;) {
		struct client *c = malloc(sizeof *c);
		pthread_t thread;

		while (sem_wait(&g.places) < 0)
			continue; /* a signal */
		if (!c)
			_exit(1);
		c->gate = &g;
		c->fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (c->fd < 0)
			_exit(errno == EBADF || errno == EINVAL);
		if (pthread_create(&thread, &attr, serve_one, c) != 0)
			_exit(1);
	}
}
