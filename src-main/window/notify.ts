import { Notification } from 'electron';
import { m } from '../shared/messages/messages.js';
import type { MenuLocale } from './menu.ts';
import type { TrainingNewsItem } from './training-news.ts';

/** Tells it through the system, where the system can; a click on it calls `open`. */
export function notifyTraining(item: TrainingNewsItem, locale: MenuLocale, open: () => void): void {
  if (!Notification.isSupported()) return;
  const notification = new Notification(wordsOf(item, locale));
  notification.on('click', open);
  notification.show();
}

function wordsOf(item: TrainingNewsItem, locale: MenuLocale): { title: string; body: string } {
  const options = { locale };
  if (item.what === 'run') {
    const body = item.status === 'finished' ? m.notify_run_finished({}, options) : m.notify_run_failed({}, options);
    return { title: item.title, body };
  }
  if (item.what === 'study') {
    return {
      title: item.title,
      body: item.failed ? m.notify_study_failed({}, options) : m.notify_study_finished({}, options),
    };
  }
  const counts = { finished: String(item.finished), failed: String(item.failed) };
  const body = item.failed > 0 ? m.notify_queue_some_failed(counts, options) : m.notify_queue_finished(counts, options);
  return { title: m.notify_queue({}, options), body };
}
