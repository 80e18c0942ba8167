import { ProviderError } from '../domain/provider-error.ts';
import type { Tracer } from '../domain/tracer.ts';
import type { Http, HttpAnswer } from '../providers/http.ts';

/** Shows each request to a vendor in the trace that it is made for. Nothing is added to a request. */
export function traceHttp(http: Http, tracer: Tracer): Http {
  return (request) => {
    const { method, url } = request;
    return tracer.step(
      {
        name: `${method} ${url.host}`,
        kind: 'client',
        // Without its query, which may hold a key.
        attributes: {
          'http.request.method': method,
          'url.full': url.origin + url.pathname,
          'server.address': url.hostname,
        },
      },
      async (span) => {
        try {
          const answer = await http(request);
          span.set({ 'http.response.status_code': answer.status });
          if (answer.status >= 400) span.fail(String(answer.status));
          return answer;
        } catch (error) {
          if (error instanceof ProviderError) span.set({ 'error.type': error.kind });
          throw error;
        }
      },
    );
  };
}

/** Has each request to a vendor counted by what came of it: `2xx`, …, or the kind of its failure. */
export function countHttp(http: Http, count: (result: string) => void): Http {
  return async (request) => {
    try {
      const answer = await http(request);
      count(classOf(answer));
      return answer;
    } catch (error) {
      count(error instanceof ProviderError ? error.kind : 'broken-off');
      throw error;
    }
  };
}

/** A vendor may answer any number; classes are few. */
function classOf({ status }: HttpAnswer): string {
  return `${Math.floor(status / 100)}xx`;
}
