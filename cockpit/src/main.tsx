import { createRoot } from 'react-dom/client';
import { App } from './App';
import './look/tokens.css';
import './look/frame.css';
import './look/queue.css';
import './look/incident.css';
import './look/lanes.css';
import './look/side.css';
import './look/action.css';
import './look/pages.css';
import './look/records.css';
import './look/phone.css';

const root = document.getElementById('app');
if (root) createRoot(root).render(<App />);
