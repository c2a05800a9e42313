/* The words of the page; Chinese by default for a Chinese browser, English for every other. */

import { keepLanguage, language } from './kept';
import type { Words } from './packet';

export type Language = 'zh' | 'en';

const ZH = {
  title: '出警 · 望火', offline: '无网络，数据和按键照常可用', kept: '条操作已存本机，联网即补报', stale: '数据停在',
  sending: '正在上报', confirmed: '已确认', unconfirmed: '未确认', since: '已过', closed: '警情已结束', drill: '演练', test: '测试',
  people: '人员', hazards: '危险', entrances: '入口', crews: '队伍', route: '路线', peopleOf: '人在册', sleeping: '有人住宿',
  unknown: '未登记', straight: '按直线，非道路距离', line: '按直线', wind: '风况未知', noFire: '位置未登记', water: '水源', hose: '水带',
  lengths: '盘', flowUnknown: '流量未测', broken: '停用', noWater: '1.5 km 内没有登记的水源', sensed: '感知到', call: '拨打',
  others: '同时通知', told: '未回应', more: '更多', less: '收起', again: '再按一次：', done: '已处置完', said: '已报',
  fromHere: '从我的位置出发', asking: '正在定位…', noPosition: '手机没有给出位置，请允许定位后再试', noRoute: '路线没有取到：', hereIs: '我的位置', about: '约', minutes: '分', seconds: '秒',
  language: 'English', loading: '正在打开…', never: '没有网络，且本机还没有这次警情的数据。有网后自动重试。起火请拨 119。',
  refused: '链接已失效，请打开最新通知里的链接。', waitFor: '补报', lost: '这次操作未被接受：', from: '从', north: '北',
  unitHead: '您单位', cannotCancel: '单位不能撤销警情，由到场人员核实', photo: '拍照上传', pictures: '现场图像',
  photoWaits: '张照片待发送，联网即发', photoLost: '照片未被接受：',
  'from.camera': '摄像机', 'from.lookout': '高空瞭望', 'from.responder': '现场照片', 'from.desk': '值守席',
  confirmFire: '我确认起火', looking: '我正在查看', registered: '该设备未登记到场所',
  pushOff: '在这部手机上接收火警推送', pushOn: '这部手机会收到火警推送', pushDenied: '浏览器不允许推送，可在浏览器设置里打开',
  'kind.hydrant': '消火栓', 'kind.tank': '消防水池', 'kind.intake': '取水口', 'kind.pond': '天然水源',
  'do.on_the_way': '收到，马上去', 'do.turned_out': '我已出动', 'do.arrived': '我已到场', 'do.handled': '处置完毕', 'do.returned': '已归队',
  'do.fire': '确认起火', 'do.need_more': '请求增援', 'do.false_alarm': '现场无火', 'do.cannot': '我去不了', 'do.looking': '我正在查看',
  'do.accepted': '受理', 'do.rejected': '不受理',
  'step.on_the_way': '确认', 'step.turned_out': '出动', 'step.arrived': '到场', 'step.handled': '处置完', 'step.returned': '归队', 'step.accepted': '受理',
  'step.looking': '查看',
};

const EN: Record<keyof typeof ZH, string> = {
  title: 'Call-out · Wanghuo', offline: 'No network. Data and buttons work as usual', kept: 'kept on this phone, sent when the network is back',
  stale: 'data of', sending: 'sending', confirmed: 'confirmed', unconfirmed: 'not confirmed', since: 'since start', closed: 'The incident is closed', drill: 'DRILL', test: 'TEST',
  people: 'People', hazards: 'Hazards', entrances: 'Entry', crews: 'Crews', route: 'Route', peopleOf: 'people registered', sleeping: 'people sleep here',
  unknown: 'not in the register', straight: 'straight line, not by road', line: 'straight line', wind: 'wind unknown', noFire: 'position not in the register', water: 'Water', hose: 'hose',
  lengths: 'lengths', flowUnknown: 'flow not measured', broken: 'Out of order', noWater: 'no registered water within 1.5 km', sensed: 'Sensed', call: 'Call',
  others: 'Told as well', told: 'no answer yet', more: 'More', less: 'Less', again: 'Press again: ', done: 'All handled', said: 'said',
  fromHere: 'From where I am', asking: 'Locating…', noPosition: 'The phone gave no position. Allow it and try again', noRoute: 'No route came: ', hereIs: 'my position', about: 'about', minutes: 'min', seconds: 's',
  language: '中文', loading: 'Opening…', never: 'No network, and this phone has no data of this incident yet. It tries again by itself. For a fire call 119.',
  refused: 'This link is no longer valid. Open the link in your newest notice.', waitFor: 'waiting', lost: 'This was not accepted: ', from: 'from', north: 'N',
  unitHead: 'Your premises', cannotCancel: 'A unit cannot cancel; someone on site will check', photo: 'Send a photo', pictures: 'Pictures',
  photoWaits: 'photos wait for the network', photoLost: 'A photo was not accepted: ',
  'from.camera': 'camera', 'from.lookout': 'lookout', 'from.responder': 'from the site', 'from.desk': 'from the desk',
  confirmFire: 'I confirm fire', looking: 'I am looking', registered: 'this device is not registered to a place',
  pushOff: 'Get fire alarms pushed to this phone', pushOn: 'This phone gets fire alarms pushed', pushDenied: 'The browser does not allow pushes; its settings can',
  'kind.hydrant': 'hydrant', 'kind.tank': 'tank', 'kind.intake': 'intake', 'kind.pond': 'open water',
  'do.on_the_way': 'On my way', 'do.turned_out': 'We have left', 'do.arrived': 'Arrived', 'do.handled': 'Handled', 'do.returned': 'Back at station',
  'do.fire': 'Confirm fire', 'do.need_more': 'Need more', 'do.false_alarm': 'No fire here', 'do.cannot': 'I cannot come', 'do.looking': 'I am looking',
  'do.accepted': 'Accept', 'do.rejected': 'Reject',
  'step.on_the_way': 'Seen', 'step.turned_out': 'Left', 'step.arrived': 'On site', 'step.handled': 'Handled', 'step.returned': 'Back', 'step.accepted': 'Accepted',
  'step.looking': 'Looking',
};

export type Word = keyof typeof ZH;

let chosen: Language =
  language() === 'en' || language() === 'zh'
    ? (language() as Language)
    : navigator.language.toLowerCase().startsWith('zh')
      ? 'zh'
      : 'en';

export const spoken = (): Language => chosen;
export const word = (key: Word): string => (chosen === 'zh' ? ZH : EN)[key];
export const wordOf = (list: 'do' | 'step' | 'kind' | 'from', code: string): string =>
  (chosen === 'zh' ? ZH : EN)[`${list}.${code}` as Word] ?? code;
export const told = (words: Words): string => words[chosen];

export function speak(other: Language): void {
  chosen = other;
  keepLanguage(other);
}

export function duration(travel_s: number): string {
  const [minutes, seconds] = [Math.floor(travel_s / 60), travel_s % 60];
  if (minutes >= 10) return `${Math.round(travel_s / 60)} ${word('minutes')}`;
  const rest = `${seconds} ${word('seconds')}`;
  return minutes === 0 ? rest : `${minutes} ${word('minutes')} ${rest}`;
}

/** In the corner of the map, where two lines would cover water: seconds up to two minutes, then minutes. */
export const roughly = (travel_s: number): string =>
  travel_s < 120 ? `${travel_s} s` : `${Math.round(travel_s / 60)} min`;

export const clock = (at: string): string => new Date(at).toTimeString().slice(0, 8);

export function metres(distance_m: number): string {
  return distance_m < 1000 ? `${distance_m} m` : `${(distance_m / 1000).toFixed(1)} km`;
}
